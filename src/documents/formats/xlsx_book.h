#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "documents/formats/xlsx_number_format.h"
#include "foundation/result.h"

namespace aiva::documents {

// The texts many cells share, one after the other in one memory.
class SharedStrings {
 public:
  // Reads the part of shared strings; phonetic guides are dropped. Fails with `invalid` where it is
  // damaged (what was read stays), with `too_large` above a limit.
  Result<void> read(std::string_view xml);
  // The text of that number; empty when there is none.
  [[nodiscard]] std::string_view at(std::size_t index) const;

 private:
  std::string texts_;
  std::vector<std::uint32_t> ends_;
};

// The number formats of cells by their style.
class CellFormats {
 public:
  CellFormats() : formats_(1) {}
  // Reads the part of styles.
  Result<void> read(std::string_view xml);
  // General for unknown styles.
  [[nodiscard]] const NumberFormat& at(std::size_t style) const;

 private:
  std::vector<NumberFormat> formats_;         // each once
  std::vector<std::uint32_t> style_formats_;  // an index into them for each style
};

struct SheetEntry {
  std::string name;
  std::string relation;  // id of the relationship to its part
  bool is_hidden = false;
};

// What the workbook's main part says.
struct Workbook {
  std::vector<SheetEntry> sheets{};
  bool is_1904 = false;
};
Result<Workbook> read_workbook(std::string_view xml);

// A text as cells write it: "_x000D_" is the character of that number.
std::string decode_cell_escapes(std::string text);

}  // namespace aiva::documents
