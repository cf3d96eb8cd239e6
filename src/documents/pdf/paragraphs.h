#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "documents/pdf/document_style.h"
#include "documents/pdf/layout.h"

namespace aiva::documents {

// Lines that belong together.
struct Paragraph {
  enum class Kind { text, list_item, code, table, footnote };
  Kind kind = Kind::text;
  std::vector<Line> lines;
  std::string table_text;  // of a table
  int header_rows = 0;
  float left = 0;              // of its first line
  std::size_t first_part = 0;  // so many lines stand in the region it begins in; 0: all
  // It may go on in the next region: its last line is full and ends no sentence.
  bool is_open = false;
};

// The paragraphs of one region of the page, in order.
std::vector<Paragraph> find_paragraphs(const PageLayout& page, const Region& region,
                                       const DocumentStyle& style);

}  // namespace aiva::documents
