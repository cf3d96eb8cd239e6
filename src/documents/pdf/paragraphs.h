#pragma once

#include <string>
#include <vector>

#include "documents/pdf/document_style.h"
#include "documents/pdf/layout.h"

namespace aiva::documents {

// Lines that belong together.
struct Paragraph {
  enum class Kind { text, list_item, code, table };
  Kind kind = Kind::text;
  std::vector<Line> lines;
  std::string table_text;  // of a table
  float left = 0;          // of its first line
  // It may go on in the next region: its last line is full and ends no sentence.
  bool is_open = false;
};

// The paragraphs of one region, in order.
std::vector<Paragraph> find_paragraphs(const Region& region, const DocumentStyle& style);

}  // namespace aiva::documents
