#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "documents/formats/table_regions.h"
#include "documents/formats/xlsx_book.h"
#include "documents/xml/xml_reader.h"
#include "foundation/result.h"

namespace aiva::documents {

inline constexpr int sheet_rows_max = 1'048'576;
inline constexpr int sheet_columns_max = 16'384;

// A rectangle of cells, rows and columns from 1.
struct CellRange {
  int first_row = 0;
  int first_column = 0;
  int last_row = 0;
  int last_column = 0;
};
// "B3" or "B3:D7"; all zero where it is none.
CellRange parse_cell_range(std::string_view text);

// What a sheet says about its cells outside of them.
struct SheetNotes {
  std::vector<CellRange> merges{};                         // by first row
  std::vector<std::pair<CellRange, std::string>> links{};  // relationship ids, by first row
  CellRange filter{};
  bool has_active_filter = false;
};
// Finds them without reading the rows.
SheetNotes read_sheet_notes(std::string_view xml);

// Takes the rows off the XML of a sheet; cells come as they are shown. Hidden columns are left out,
// and hidden rows too, but not those that only a filter hides.
class SheetRows {
 public:
  // All is borrowed.
  SheetRows(std::string_view xml, const SharedStrings& strings, const CellFormats& formats,
            const SheetNotes& notes, bool is_1904);

  // The next row with cells; false behind the last. Fails with `invalid` where the XML is damaged.
  Result<bool> next(SheetRow& row);

 private:
  struct Cell {
    int column = 0;
    std::size_t style = 0;
    std::string_view type{};
  };

  void read_column();
  bool start_row(SheetRow& row);
  Result<void> read_cell(SheetRow& row);
  [[nodiscard]] std::string show(const Cell& cell, const std::string& value) const;
  [[nodiscard]] bool is_hidden_column(int column) const;
  void repeat_merged(SheetRow& row);

  XmlReader xml_;
  const SharedStrings& strings_;
  const CellFormats& formats_;
  const SheetNotes& notes_;
  bool is_1904_;
  int row_number_ = 0;
  int column_ = 0;
  std::string value_;
  std::string inline_text_;
  std::vector<CellRange> hidden_columns_;
  MergedTexts merged_;
  std::size_t next_merge_ = 0;
};

}  // namespace aiva::documents
