#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva::crawl {

// The addresses a sitemap (sitemaps.org) lists.
struct Sitemap {
  std::vector<std::string> pages{};
  std::vector<std::string> sitemaps{};  // of an index
};

// Finds the <loc> elements of a sitemap or an index of them, or the lines of a sitemap in plain
// text; gzip is unpacked up to 50 MB. Looks for tags and builds no tree, so nothing nests and
// nothing is defined; at most `count_max` addresses. Fails with `invalid` or `too_large`.
Result<Sitemap> read_sitemap(std::string_view bytes, std::size_t count_max);

}  // namespace aiva::crawl
