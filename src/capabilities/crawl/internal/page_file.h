#pragma once

#include <string>
#include <string_view>

#include "capabilities/crawl/internal/fetcher.h"
#include "capabilities/crawl/internal/web_url.h"

namespace aiva::crawl {

// How a page is called as a document.
struct PageFile {
  std::string name{};
};

// The last part of the address with the ending of its kind, or the title of an HTML page.
PageFile make_page_file(const Fetched& fetched, const WebUrl& url, std::string_view title);

// The metadata with `source_url`.
std::string with_source(const std::string& metadata, const WebUrl& url);

}  // namespace aiva::crawl
