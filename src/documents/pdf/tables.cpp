#include "documents/pdf/tables.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "documents/formats/table_blocks.h"
#include "documents/formats/text_lines.h"
#include "documents/table_text.h"

namespace aiva::documents {
namespace {

constexpr float row_distance_max = 2.2F;  // of the font size, between two rows
constexpr std::size_t columns_max = 40;

float middle_of(const Line& line) { return (line.box.top + line.box.bottom) / 2; }

// Lines of a list have their mark in a cell of its own; they are no table.
bool is_candidate(const Line& line) {
  return line.cells.size() >= 2 && line.cells.size() <= columns_max && !line.is_fixed_pitch &&
         !line.has_leader && !list_marker(line.cells.front().text + " x");
}

class TableBuilder {
 public:
  explicit TableBuilder(std::span<const Line> lines) : lines_(lines) {}

  TableText build() {
    std::size_t taken = 0;
    while (taken < lines_.size() && add(taken)) ++taken;
    bool is_table = full_rows_ >= 3 || (full_rows_ == 2 && columns_.size() >= 3);
    if (!is_table) return {};
    return {.lines = taken, .text = text(), .header_rows = header_rows()};
  }

 private:
  struct Column {
    float left = 0;
    float right = 0;
  };
  using Row = std::vector<std::string>;

  bool add(std::size_t index) {
    const auto& line = lines_[index];
    if (index > 0) {
      const auto& before = lines_[index - 1];
      if (line.box.top - before.box.bottom > row_distance_max * line.size) return false;
      if (line.box.top < before.box.top) return false;
    }
    if (is_candidate(line)) return add_row(line);
    if (line.cells.size() != 1 || rows_.empty()) return false;
    return add_to_row(index);
  }

  bool add_row(const Line& line) {
    Row row = std::exchange(pending_, {});
    row.resize(columns_.size());
    std::size_t known = 0;
    std::vector<Cell> fresh;
    for (const auto& cell : line.cells) {
      auto column = column_of(cell);
      if (!column) {
        fresh.push_back(cell);
        continue;
      }
      ++known;
      append(row[*column], cell.text);
      widen(*column, cell);
    }
    if (!rows_.empty() && known < 2) return false;
    for (const auto& cell : fresh) insert_column(cell, row);
    rows_.push_back(std::move(row));
    is_last_row_bold_ = line.is_bold;
    ++full_rows_;
    return true;
  }

  // A line with one cell: the rest of a cell of the row before or the start of one of the next.
  bool add_to_row(std::size_t index) {
    const auto& line = lines_[index];
    const auto& cell = line.cells.front();
    auto column = column_of(cell);
    if (!column || columns_.size() < 2) return false;
    bool has_room = *column + 1 == columns_.size() || cell.right < columns_[*column + 1].left;
    bool is_aligned = cell.left >= columns_[*column].left - line.size;
    if (!has_room || !is_aligned) return false;
    bool has_next = index + 1 < lines_.size() && is_candidate(lines_[index + 1]);
    if ((*column == 0 || line.is_fixed_pitch) && !has_next) return false;
    float up = index == 0 ? 0 : middle_of(line) - last_row_middle(index);
    bool is_nearer_to_next = has_next && middle_of(lines_[index + 1]) - middle_of(line) < up;
    if (is_nearer_to_next) {
      pending_.resize(columns_.size());
      append(pending_[*column], cell.text);
    } else {
      append(rows_.back()[*column], cell.text);
    }
    return true;
  }

  [[nodiscard]] float last_row_middle(std::size_t index) const {
    while (index > 0 && lines_[index - 1].cells.size() < 2) --index;
    return index == 0 ? 0 : middle_of(lines_[index - 1]);
  }

  static void append(std::string& text, const std::string& more) {
    if (!text.empty() && !more.empty()) text += ' ';
    text += more;
  }

  // The column the cell stands in; nothing when it stands between columns.
  [[nodiscard]] std::optional<std::size_t> column_of(const Cell& cell) const {
    std::optional<std::size_t> best;
    float shared_most = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      float shared =
          std::min(cell.right, columns_[i].right) - std::max(cell.left, columns_[i].left);
      if (shared > shared_most) {
        shared_most = shared;
        best = i;
      }
    }
    return best;
  }

  void widen(std::size_t column, const Cell& cell) {
    columns_[column].left = std::min(columns_[column].left, cell.left);
    columns_[column].right = std::max(columns_[column].right, cell.right);
  }

  void insert_column(const Cell& cell, Row& row) {
    auto at = std::ranges::upper_bound(columns_, cell.left, {}, &Column::left) - columns_.begin();
    columns_.insert(columns_.begin() + at, {cell.left, cell.right});
    row.insert(row.begin() + at, cell.text);
    for (auto& other : rows_) other.insert(other.begin() + at, std::string());
  }

  [[nodiscard]] std::string text() const {
    std::string text;
    for (const auto& row : rows_) add_table_row(text, row);
    return text;
  }

  // A first row in bold above others, or one whose words name values.
  [[nodiscard]] int header_rows() const {
    bool is_bold = lines_.front().is_bold && !is_last_row_bold_;
    return is_bold || has_header_row(rows_) ? 1 : 0;
  }

  std::span<const Line> lines_;
  std::vector<Column> columns_;
  std::vector<Row> rows_;
  Row pending_;  // cells of the next row that stand higher than the others
  int full_rows_ = 0;
  bool is_last_row_bold_ = false;
};

}  // namespace

TableText read_table(std::span<const Line> lines) {
  if (lines.empty() || !is_candidate(lines.front())) return {};
  return TableBuilder(lines).build();
}

}  // namespace aiva::documents
