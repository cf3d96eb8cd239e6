#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "documents/block_output.h"
#include "documents/formats/table_blocks.h"
#include "foundation/result.h"

namespace aiva::documents {

// One row of a sheet: only the cells that hold something, from left to right.
struct SheetCell {
  int column = 0;
  std::string text{};
};
struct SheetRow {
  int number = 0;
  std::vector<SheetCell> cells{};
  std::vector<std::string> links{};
};

// Texts of merged cells. One over several rows belongs to each of them and is repeated in its first
// column, in rows that hold something else too; long texts are not.
class MergedTexts {
 public:
  // The text at `column` reaches down to `last_row`.
  void add(int column, int last_row, const std::string& text);
  // Adds what reaches into the row from above.
  void repeat_in(SheetRow& row);

 private:
  struct Merged {
    int column = 0;
    int last_row = 0;
    std::string text{};
  };
  std::vector<Merged> texts_;
};

// Finds the tables of a sheet while its rows come in. Rows that follow each other without a gap are
// one region; columns beside each other with a gap between them are tables of their own unless they
// begin in the same row; columns nothing stands in are left out. Lines above the names of a table
// are paragraphs, and so is what has only one column. The name of the sheet is put out before its
// first text.
class TableRegions {
 public:
  // `pattern` has the page and the visibility of the sheet.
  TableRegions(BlockOutput& out, std::string sheet_name, Block pattern);
  ~TableRegions();
  TableRegions(const TableRegions&) = delete;
  TableRegions& operator=(const TableRegions&) = delete;

  // The next row, below the one before. Fails with `too_large` above `cells_left`, from which cells
  // are taken.
  Result<void> add_row(SheetRow row, std::size_t& cells_left);
  // A row known to name the columns of the rows below it.
  void set_header_row(int number) { header_rows_.push_back(number); }
  // Puts the name of the sheet out, unless it was.
  Result<void> begin_sheet();
  // A paragraph behind the tables so far.
  Result<void> add_paragraph(std::string text);
  Result<void> finish() { return end_region(); }

 private:
  class Table;

  Result<void> end_region();
  Result<void> start_tables();
  Result<void> write_row(SheetRow row);

  BlockOutput& out_;
  std::string sheet_name_;
  Block pattern_;
  bool has_begun_ = false;
  std::vector<int> header_rows_;
  int last_row_ = 0;
  std::vector<SheetRow> sample_;                // rows of a region not looked at yet
  std::vector<std::unique_ptr<Table>> tables_;  // of the region being written, left to right
};

}  // namespace aiva::documents
