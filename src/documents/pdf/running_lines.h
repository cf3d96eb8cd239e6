#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "documents/pdf/layout.h"

namespace aiva::documents {

// A line near the upper or lower edge of a page that may be a header, footer or page number.
struct EdgeLine {
  std::string key;  // its text with every number as '#'
  int page = 0;
  int first_number = 0;  // where the text begins with a number; else 0
  int last_number = 0;   // where it ends with one
  float middle = 0;
  std::size_t region = 0;
  std::size_t line = 0;
};

// The lines near the edges of a page.
std::vector<EdgeLine> find_edge_lines(const PageLayout& page);

// Takes out of `page` the lines of `edges` (its own) that stand at the same height with the same
// key on at least `repeats_min` of the neighbouring pages.
void remove_running_lines(PageLayout& page, std::span<const EdgeLine> edges,
                          std::span<const std::vector<EdgeLine>* const> neighbours,
                          int repeats_min);

}  // namespace aiva::documents
