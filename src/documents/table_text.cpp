#include "documents/table_text.h"

#include "documents/clean_text.h"

namespace aiva::documents {
namespace {

constexpr std::string_view separator = " | ";

void add_cell(std::string& text, std::string_view cell) {
  for (char c : trim(cell)) {
    if (c == '|') text += '\\';
    text += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
  }
}

}  // namespace

void add_table_row(std::string& text, std::span<const std::string> cells) {
  while (!cells.empty() && trim(cells.back()).empty()) cells = cells.first(cells.size() - 1);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) text += separator;
    add_cell(text, cells[i]);
  }
  text += '\n';
}

std::vector<std::string> split_table_row(std::string_view line) {
  std::vector<std::string> cells;
  std::string cell;
  for (std::size_t i = 0; i < line.size(); ++i) {
    bool is_escaped = line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|';
    if (line[i] == '|' && !is_escaped) {
      cells.emplace_back(trim(cell));
      cell.clear();
      continue;
    }
    cell += is_escaped ? line[++i] : line[i];
  }
  cells.emplace_back(trim(cell));
  return cells;
}

}  // namespace aiva::documents
