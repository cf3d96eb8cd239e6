#pragma once

#include <string>
#include <vector>

#include "documents/pdf/glyphs.h"

namespace aiva::documents {

// A table whose cells are parted by strokes.
struct RuledTable {
  Box box;
  float size = 0;    // of most of its text, in points
  std::string text;  // as add_table_row writes it
  int header_rows = 0;
};

// Takes the tables drawn with strokes out of the page: their glyphs go, their text comes back.
std::vector<RuledTable> take_ruled_tables(PageGlyphs& page);

}  // namespace aiva::documents
