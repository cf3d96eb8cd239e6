#include "documents/formats/table_blocks.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "documents/clean_text.h"
#include "documents/table_text.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

using Row = std::vector<std::string>;

constexpr std::size_t sample_rows_max = 50;
constexpr std::size_t header_cell_bytes_max = 120;
constexpr std::size_t links_max = 1000;  // of one block, see protocol.cpp
constexpr std::size_t link_bytes_max = 2000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

// Numbers, amounts, dates, times and truth values: what stands below a column's name.
bool is_value(std::string_view cell) {
  cell = trim(cell);
  auto lower = cell.size() <= 5 ? to_lower_ascii(cell) : std::string();
  if (lower == "true" || lower == "false" || lower == "yes" || lower == "no") return true;
  auto digits = std::ranges::count_if(cell, is_digit);
  auto letters = std::ranges::count_if(cell, is_letter);
  // "M4" and "Q1" are names, "EUR 5" and "5 kg" are not.
  auto first_digit = std::ranges::find_if(cell, is_digit);
  bool is_name = is_letter(cell.empty() ? ' ' : cell.front()) && first_digit != cell.begin() &&
                 first_digit != cell.end() && is_letter(*(first_digit - 1)) &&
                 static_cast<unsigned char>(cell.front()) < 0x80;
  return digits > 0 && !is_name && (letters <= 3 || letters * 2 <= digits);
}

// "2024" names a column as often as it fills one.
bool is_year(std::string_view cell) {
  cell = trim(cell);
  return cell.size() == 4 && (cell.starts_with("19") || cell.starts_with("20")) &&
         std::ranges::all_of(cell, is_digit);
}

std::string_view cell_of(const Row& row, std::size_t column) {
  return column < row.size() ? trim(row[column]) : std::string_view();
}

// Whether each used column has a short name of its own; the first one and a few others may have
// none.
bool can_be_header(const Row& row, std::size_t width) {
  std::unordered_set<std::string_view> names;
  bool has_text = false;
  std::size_t unnamed = 0;
  for (std::size_t column = 0; column < width; ++column) {
    auto name = cell_of(row, column);
    if (name.empty() && (column == 0 || unnamed < width / 4)) {
      unnamed += column == 0 ? 0 : 1;
      continue;
    }
    bool is_name =
        !name.empty() && name.size() <= header_cell_bytes_max && (!is_value(name) || is_year(name));
    if (!is_name || !names.insert(name).second) return false;
    has_text |= !is_value(name);
  }
  return has_text;
}

struct ColumnSigns {
  bool is_of_values = false;  // below a name that is none
  bool repeats_name = false;
};

ColumnSigns look_at_column(std::span<const Row> rows, std::size_t column) {
  auto name = cell_of(rows.front(), column);
  std::size_t filled = 0;
  std::size_t values = 0;
  ColumnSigns signs;
  for (const auto& row : rows.subspan(1)) {
    auto cell = cell_of(row, column);
    if (cell.empty()) continue;
    ++filled;
    values += is_value(cell) ? 1 : 0;
    signs.repeats_name |= cell == name;
  }
  signs.is_of_values = filled > 0 && values * 5 >= filled * 4 && !is_value(name);
  return signs;
}

}  // namespace

bool has_header_row(std::span<const Row> rows) {
  rows = rows.first(std::min(rows.size(), sample_rows_max));
  if (rows.size() < 2) return false;
  std::size_t width = 0;
  std::size_t bytes = 0;
  for (const auto& row : rows.subspan(1)) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!trim(row[i]).empty()) width = std::max(width, i + 1);
      bytes += row[i].size();
    }
  }
  if (width < 2 || !can_be_header(rows.front(), width)) return false;
  bool repeats_name = false;
  for (std::size_t column = 0; column < width; ++column) {
    auto signs = look_at_column(rows, column);
    if (signs.is_of_values) return true;
    repeats_name |= signs.repeats_name;
  }
  // A table of words only: names are not repeated below and not longer than what they name.
  std::size_t header_bytes = 0;
  for (const auto& name : rows.front()) header_bytes += name.size();
  return !repeats_name && header_bytes <= 2 * (bytes / (rows.size() - 1)) + 8 * width;
}

bool is_link_target(std::string_view target) {
  bool is_web_or_mail = target.starts_with("https://") || target.starts_with("http://") ||
                        target.starts_with("mailto:");
  auto is_odd = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; };
  return is_web_or_mail && target.size() <= link_bytes_max &&
         std::ranges::none_of(target, is_odd) && is_valid_utf8(target);
}

TableBlocks::TableBlocks(BlockOutput& out, Block pattern, std::size_t bytes_max)
    : out_(out), pattern_(std::move(pattern)), bytes_max_(bytes_max) {
  pattern_.kind = BlockKind::table;
  pattern_.text.clear();
}

Result<void> TableBlocks::add_row(std::span<const std::string> cells, bool is_header) {
  row_.clear();
  add_table_row(row_, cells);
  if (row_ == "\n") return {};
  if (is_header && header_.empty() && !has_rows_ && !has_flushed_) {
    header_ = row_;
    pattern_.text = row_;
    return {};
  }
  if (has_rows_ && pattern_.text.size() + row_.size() > bytes_max_) TRY_VOID(flush());
  pattern_.text += row_;
  has_rows_ = true;
  return {};
}

void TableBlocks::add_link(std::string_view target) {
  if (pattern_.links.size() < links_max && is_link_target(target))
    pattern_.links.emplace_back(target);
}

Result<void> TableBlocks::finish() {
  if (!has_rows_ && (header_.empty() || has_flushed_)) return {};
  return flush();
}

Result<void> TableBlocks::flush() {
  // A header as long as this would be most of what is written.
  bool is_header_repeated = header_.size() <= bytes_max_ / 8;
  bool begins_with_header = !header_.empty() && pattern_.text.starts_with(header_);
  auto block = pattern_;
  block.header_rows = begins_with_header && has_rows_ ? 1 : 0;
  pattern_.text = is_header_repeated ? header_ : std::string();
  pattern_.links.clear();
  has_rows_ = false;
  has_flushed_ = true;
  return out_.add(std::move(block));
}

}  // namespace aiva::documents
