#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "documents/pdf/layout.h"

namespace aiva::documents {

struct TableText {
  std::size_t lines = 0;  // how many of the lines it takes; 0 where no table begins
  std::string text;       // as add_table_row writes it
  int header_rows = 0;    // the first of them name the columns
};

// The table that begins with the first line: lines whose cells stand in the same columns. A line
// with one cell goes to the row it stands nearer to.
TableText read_table(std::span<const Line> lines);

}  // namespace aiva::documents
