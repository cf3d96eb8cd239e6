#include "documents/formats/table_grid.h"

#include <algorithm>
#include <span>
#include <utility>

#include "documents/clean_text.h"
#include "documents/formats/table_blocks.h"

namespace aiva::documents {
namespace {

constexpr int columns_max = 1024;
constexpr int repeated_rows_max = 100;
// A longer text is not repeated in the rows it covers.
constexpr std::size_t repeated_cell_bytes_max = 120;
constexpr std::size_t table_bytes_max = 64UL * 1024 * 1024;
constexpr std::size_t repeated_bytes_max = 4UL * 1024 * 1024;
constexpr std::size_t sample_rows = 50;

}  // namespace

void TableGrid::begin_row(bool is_header) {
  is_in_header_ = is_in_header_ && is_header;
  header_rows_ += is_in_header_ ? 1 : 0;
  rows_.emplace_back();
}

void TableGrid::push(std::string text) {
  is_full_ = is_full_ || cells_ >= table_cells_max || bytes_ >= table_bytes_max;
  if (rows_.empty() || is_full_ || rows_.back().size() >= columns_max) return;
  bytes_ += text.size();
  rows_.back().push_back(std::move(text));
  ++cells_;
}

void TableGrid::add_cell(std::string text, int columns, bool is_bold) {
  if (rows_.size() == 1 && !is_bold && !is_blank(text)) is_first_row_bold_ = false;
  push(std::move(text));
  skip_columns(columns - 1);
}

void TableGrid::add_covered_by_above(int columns) {
  std::string text;
  if (rows_.size() >= 2) {
    const auto& above = rows_[rows_.size() - 2];
    auto column = rows_.back().size();
    if (column < above.size() && above[column].size() <= repeated_cell_bytes_max &&
        repeated_bytes_ < repeated_bytes_max)
      text = above[column];
  }
  repeated_bytes_ += text.size();
  push(std::move(text));
  skip_columns(columns - 1);
}

void TableGrid::skip_columns(int columns) {
  for (int i = 0; i < std::min(columns, columns_max); ++i) push({});
}

void TableGrid::repeat_row(int times) {
  if (rows_.empty()) return;
  for (int i = 0; i < std::min(times, repeated_rows_max); ++i) {
    auto copy = rows_.back();
    for (const auto& cell : copy) repeated_bytes_ += cell.size();
    cells_ += copy.size();
    if (repeated_bytes_ >= repeated_bytes_max || cells_ >= table_cells_max) return;
    rows_.push_back(std::move(copy));
  }
}

OfficeBlock TableGrid::finish(Block pattern, bool has_header_look) {
  pattern.kind = BlockKind::table;
  pattern.header_rows = header_rows_;
  if (header_rows_ == 0 && rows_.size() >= 2) {
    auto sample = std::span(rows_).first(std::min(rows_.size(), sample_rows));
    bool is_header = is_first_row_bold_ || has_header_look || has_header_row(sample);
    bool has_text = std::ranges::any_of(rows_.front(), [](auto& cell) { return !is_blank(cell); });
    pattern.header_rows = is_header && has_text ? 1 : 0;
  }
  return {.block = std::move(pattern), .rows = std::move(rows_)};
}

}  // namespace aiva::documents
