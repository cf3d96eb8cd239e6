#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "documents/formats/office_output.h"

namespace aiva::documents {

// Collects a table's cells row by row, merged ones included. A cell that covers several rows is
// repeated in each, so that every row can be understood alone.
class TableGrid {
 public:
  void begin_row(bool is_header);
  // A cell over `columns` columns; `is_bold` where all of its text is.
  void add_cell(std::string text, int columns = 1, bool is_bold = false);
  // A cell that is covered by the one above it.
  void add_covered_by_above(int columns = 1);
  // Skips columns that have no cells.
  void skip_columns(int columns);
  // Repeats the row just read, at most some times.
  void repeat_row(int times);

  [[nodiscard]] bool is_full() const { return is_full_; }
  [[nodiscard]] std::size_t rows() const { return rows_.size(); }
  // How many cells the row begun last has so far.
  [[nodiscard]] std::size_t column() const { return rows_.empty() ? 0 : rows_.back().size(); }
  [[nodiscard]] std::size_t cells() const { return cells_; }
  // The table; its header rows are those marked, else a first row in bold letters (or one that the
  // document calls so: `has_header_look`), else one that looks like names above values.
  OfficeBlock finish(Block pattern, bool has_header_look);

 private:
  void push(std::string text);

  std::vector<TableRow> rows_;
  std::size_t cells_ = 0;
  std::size_t bytes_ = 0;
  std::size_t repeated_bytes_ = 0;
  int header_rows_ = 0;
  bool is_in_header_ = true;
  bool is_full_ = false;
  bool is_first_row_bold_ = true;
};

}  // namespace aiva::documents
