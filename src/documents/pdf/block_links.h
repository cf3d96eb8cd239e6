#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "documents/pdf/layout.h"

namespace aiva::documents {

// Where the block made of these lines leads to, each target once and at most 50: the page's links
// that stand in the lines, and web addresses written out in the text.
std::vector<std::string> find_block_links(std::span<const Line> lines,
                                          std::span<const PlacedLink> links, std::string_view text);

}  // namespace aiva::documents
