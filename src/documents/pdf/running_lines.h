#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "documents/pdf/layout.h"
#include "documents/pdf/outline.h"

namespace aiva::documents {

// A line near the upper or lower edge of a page that may be a header, footer or page number.
struct EdgeLine {
  std::string key;  // its text with every number as '#'
  std::string text;
  int page = 0;
  int first_number = 0;  // where the text begins with a number; else 0
  int last_number = 0;   // where it ends with one
  float middle = 0;
  bool is_upper = false;  // no line of the page stands above it
  std::size_t region = 0;
  std::size_t line = 0;
};

// The lines near the edges of a page.
std::vector<EdgeLine> find_edge_lines(const PageLayout& page);

// What tells running lines from the text.
struct RunningSigns {
  std::span<const std::vector<EdgeLine>* const> neighbours;  // edge lines of the pages around
  int repeats_min = 2;               // so many of them have the same key at the same height
  const Outline* outline = nullptr;  // borrowed; headings of earlier pages repeat at the upper edge
};

// Takes out of `page` those of its edge lines that are headers, footers or page numbers.
void remove_running_lines(PageLayout& page, std::span<const EdgeLine> edges,
                          const RunningSigns& signs);

}  // namespace aiva::documents
