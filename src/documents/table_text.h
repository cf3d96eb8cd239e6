#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aiva::documents {

// Adds one row of a table to its text: the cells with " | " between them and a line end. Line ends
// within a cell become spaces, bars are written "\|", empty cells at the end are left out.
void add_table_row(std::string& text, std::span<const std::string> cells);

// The cells of one line of a table's text.
std::vector<std::string> split_table_row(std::string_view line);

}  // namespace aiva::documents
