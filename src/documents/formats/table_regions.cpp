#include "documents/formats/table_regions.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "documents/clean_text.h"

namespace aiva::documents {
namespace {

constexpr std::size_t sample_rows_max = 100;
constexpr std::size_t columns_max = 1000;  // of one table; what is beyond goes into the last one
constexpr std::size_t block_bytes_max = 48 * 1024;
constexpr std::size_t paragraph_bytes_max = 2000;
constexpr std::size_t title_rows_max = 8;
constexpr std::size_t tables_max = 8;  // beside each other
constexpr std::size_t links_max = 1000;
constexpr std::size_t merged_text_bytes_max = 200;
constexpr std::size_t merges_open_max = 64;

// The columns the rows use, ascending.
std::vector<int> columns_of(std::span<const SheetRow> rows) {
  std::vector<int> columns;
  for (const auto& row : rows)
    for (const auto& cell : row.cells) columns.push_back(cell.column);
  std::ranges::sort(columns);
  auto repeated = std::ranges::unique(columns);
  columns.erase(repeated.begin(), repeated.end());
  columns.resize(std::min(columns.size(), columns_max));
  return columns;
}

// The first of the rows with a cell in [first, last].
std::size_t first_row_in(std::span<const SheetRow> rows, int first, int last) {
  auto is_in = [&](const SheetCell& cell) { return cell.column >= first && cell.column <= last; };
  auto found = std::ranges::find_if(
      rows, [&](const SheetRow& row) { return std::ranges::any_of(row.cells, is_in); });
  return static_cast<std::size_t>(found - rows.begin());
}

// Whether a column stands apart only because it names the rows of the columns [first, last]: it has
// a text in each of them but the first, which names columns, and nowhere else.
bool names_rows(std::span<const SheetRow> rows, int column, int first, int last) {
  std::size_t named = 0;
  bool is_below_first = false;
  for (const auto& row : rows) {
    auto has_cell = [&](int from, int to) {
      return std::ranges::any_of(row.cells, [&](const SheetCell& cell) {
        return cell.column >= from && cell.column <= to;
      });
    };
    bool has_name = has_cell(column, column);
    bool has_values = has_cell(first, last);
    bool is_expected = has_values && is_below_first;
    if (has_name != is_expected) return false;
    is_below_first |= has_values;
    named += has_name ? 1 : 0;
  }
  return named >= 2;
}

// The first columns of tables that stand beside each other.
std::vector<int> table_starts(std::span<const SheetRow> rows) {
  auto columns = columns_of(rows);
  std::vector<int> starts = {columns.front()};
  for (std::size_t i = 1; i < columns.size() && starts.size() < tables_max; ++i) {
    if (columns[i] - columns[i - 1] < 2) continue;
    auto end = i;
    while (end + 1 < columns.size() && columns[end + 1] - columns[end] < 2) ++end;
    bool begins_elsewhere = first_row_in(rows, starts.back(), columns[i - 1]) !=
                            first_row_in(rows, columns[i], columns[end]);
    bool is_of_names = starts.back() == columns[i - 1] &&
                       names_rows(rows, columns[i - 1], columns[i], columns[end]);
    if (begins_elsewhere && !is_of_names) starts.push_back(columns[i]);
  }
  return starts;
}

std::string join_cells(const SheetRow& row) {
  std::string text;
  for (const auto& cell : row.cells) text.append(text.empty() ? "" : " ").append(cell.text);
  return text;
}

}  // namespace

void MergedTexts::add(int column, int last_row, const std::string& text) {
  if (texts_.size() < merges_open_max && text.size() <= merged_text_bytes_max)
    texts_.push_back({.column = column, .last_row = last_row, .text = text});
}

void MergedTexts::repeat_in(SheetRow& row) {
  std::erase_if(texts_, [&](const Merged& merged) { return merged.last_row < row.number; });
  if (row.cells.empty()) return;
  for (const auto& merged : texts_) {
    auto at = std::ranges::lower_bound(row.cells, merged.column, {}, &SheetCell::column);
    bool is_taken = at != row.cells.end() && at->column == merged.column;
    if (!is_taken) row.cells.insert(at, {.column = merged.column, .text = merged.text});
  }
}

// One table of a region, or a column of paragraphs.
class TableRegions::Table {
 public:
  Table(BlockOutput& out, const Block& pattern, int first_column)
      : out_(out), pattern_(pattern), first_column_(first_column) {}

  [[nodiscard]] int first_column() const { return first_column_; }

  // The rows the table begins with, at least one; `header_rows` are known to name columns.
  Result<void> start(std::span<const SheetRow> rows, const std::vector<int>& header_rows) {
    columns_ = columns_of(rows);
    if (columns_.size() > 1) {
      auto header = find_header(rows, header_rows);
      auto first = header.value_or(count_titles(rows));
      for (const auto& row : rows.first(first)) TRY_VOID(add_line(row, join_cells(row)));
      TRY_VOID(end_paragraph());
      rows = rows.subspan(first);
      columns_ = columns_of(rows);
      is_header_next_ = header || has_header_row(to_texts(rows));
    }
    if (columns_.size() > 1) table_.emplace(out_, pattern_, block_bytes_max);
    for (const auto& row : rows) TRY_VOID(add(row));
    return {};
  }

  Result<void> add(const SheetRow& row) {
    if (!table_) return add_line(row, join_cells(row));
    for (auto& cell : cells_) cell.clear();
    for (const auto& cell : row.cells) {
      auto place = place_of(cell.column);
      if (cells_.size() <= place) cells_.resize(place + 1);
      auto& text = cells_[place];
      if (!text.empty()) text += ' ';
      text += cell.text;
    }
    TRY_VOID(table_->add_row(cells_, std::exchange(is_header_next_, false)));
    for (const auto& link : row.links) table_->add_link(link);
    return {};
  }

  Result<void> finish() {
    TRY_VOID(end_paragraph());
    return table_ ? table_->finish() : Result<void>();
  }

 private:
  // Where a column stands in the table; one that comes up late stands at the end, or with the one
  // before it.
  std::size_t place_of(int column) {
    auto found = std::ranges::lower_bound(columns_, column);
    if (found == columns_.end() && columns_.size() < columns_max) {
      columns_.push_back(column);
      return columns_.size() - 1;
    }
    auto place = static_cast<std::size_t>(found - columns_.begin());
    bool is_there = found != columns_.end() && *found == column;
    return is_there || place == 0 ? place : place - 1;
  }

  std::vector<std::vector<std::string>> to_texts(std::span<const SheetRow> rows) {
    std::vector<std::vector<std::string>> texts;
    for (const auto& row : rows) {
      auto& cells = texts.emplace_back(columns_.size());
      for (const auto& cell : row.cells) cells[place_of(cell.column)] = cell.text;
    }
    return texts;
  }

  // The row that names the columns, below lines that have fewer cells than it; one that names all
  // of them before one that does not.
  std::optional<std::size_t> find_header(std::span<const SheetRow> rows,
                                         const std::vector<int>& header_rows) {
    auto texts = to_texts(rows);
    std::optional<std::size_t> found;
    std::size_t most_above = 0;
    for (std::size_t i = 0; i < std::min(rows.size(), title_rows_max); ++i) {
      auto count = rows[i].cells.size();
      if (std::ranges::find(header_rows, rows[i].number) != header_rows.end()) return i;
      bool is_possible = i == 0 || (count > most_above && count * 5 >= columns_.size() * 4);
      if (is_possible && has_header_row(std::span(texts).subspan(i))) {
        if (count == columns_.size()) return i;
        if (!found) found = i;
      }
      most_above = std::max(most_above, count);
    }
    return found;
  }

  [[nodiscard]] std::size_t count_titles(std::span<const SheetRow> rows) const {
    std::size_t count = 0;
    while (columns_.size() > 2 && count + 1 < std::min(rows.size(), title_rows_max) &&
           rows[count].cells.size() == 1)
      ++count;
    return count;
  }

  Result<void> add_line(const SheetRow& row, const std::string& text) {
    if (paragraph_.text.size() + text.size() > paragraph_bytes_max) TRY_VOID(end_paragraph());
    (paragraph_.text += text) += '\n';
    for (const auto& link : row.links)
      if (is_link_target(link) && paragraph_.links.size() < links_max)
        paragraph_.links.push_back(link);
    return {};
  }

  Result<void> end_paragraph() {
    auto block = pattern_;
    block.text = std::exchange(paragraph_.text, {});
    block.links = std::exchange(paragraph_.links, {});
    return out_.add(std::move(block));
  }

  BlockOutput& out_;
  const Block& pattern_;
  int first_column_;
  std::vector<int> columns_;  // ascending
  std::vector<std::string> cells_;
  bool is_header_next_ = false;
  std::optional<TableBlocks> table_;
  Block paragraph_{};
};

TableRegions::TableRegions(BlockOutput& out, std::string sheet_name, Block pattern)
    : out_(out), sheet_name_(std::move(sheet_name)), pattern_(std::move(pattern)) {}

TableRegions::~TableRegions() = default;

Result<void> TableRegions::begin_sheet() {
  if (std::exchange(has_begun_, true)) return {};
  auto heading = pattern_;
  heading.kind = BlockKind::heading;
  heading.level = 1;
  heading.text = sheet_name_;
  return out_.add(std::move(heading));
}

Result<void> TableRegions::add_paragraph(std::string text) {
  if (is_blank(text)) return {};
  TRY_VOID(begin_sheet());
  auto paragraph = pattern_;
  paragraph.text = std::move(text);
  return out_.add(std::move(paragraph));
}

Result<void> TableRegions::add_row(SheetRow row, std::size_t& cells_left) {
  std::erase_if(row.cells, [](const SheetCell& cell) { return is_blank(cell.text); });
  if (row.cells.empty()) return {};
  if (row.number != last_row_ + 1) TRY_VOID(end_region());
  last_row_ = row.number;
  if (row.cells.size() > cells_left) {
    TRY_VOID(end_region());
    return fail(ErrorCode::too_large, "The sheets have more than " +
                                          std::to_string(table_cells_max) +
                                          " cells; the rest of them was left out");
  }
  cells_left -= row.cells.size();
  if (!tables_.empty()) return write_row(std::move(row));
  sample_.push_back(std::move(row));
  return sample_.size() >= sample_rows_max ? start_tables() : Result<void>();
}

Result<void> TableRegions::start_tables() {
  TRY_VOID(begin_sheet());
  auto rows = std::exchange(sample_, {});
  auto starts = table_starts(rows);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    std::vector<SheetRow> own;
    auto is_own = [&](const SheetCell& cell) {
      return cell.column >= starts[i] && (i + 1 == starts.size() || cell.column < starts[i + 1]);
    };
    for (auto& row : rows) {
      SheetRow part{.number = row.number};
      for (auto& cell : row.cells)
        if (is_own(cell)) part.cells.push_back(std::move(cell));
      if (part.cells.empty()) continue;
      part.links = std::exchange(row.links, {});
      own.push_back(std::move(part));
    }
    tables_.push_back(std::make_unique<Table>(out_, pattern_, starts[i]));
    TRY_VOID(tables_.back()->start(own, header_rows_));
  }
  return {};
}

// Each table gets the cells from its first column on.
Result<void> TableRegions::write_row(SheetRow row) {
  for (std::size_t i = tables_.size(); i-- > 0;) {
    auto from = std::ranges::lower_bound(row.cells, i == 0 ? 0 : tables_[i]->first_column(), {},
                                         &SheetCell::column);
    if (from == row.cells.end()) continue;
    SheetRow part{.number = row.number, .links = std::exchange(row.links, {})};
    part.cells.assign(std::make_move_iterator(from), std::make_move_iterator(row.cells.end()));
    row.cells.erase(from, row.cells.end());
    TRY_VOID(tables_[i]->add(part));
  }
  return {};
}

Result<void> TableRegions::end_region() {
  if (!sample_.empty()) TRY_VOID(start_tables());
  for (auto& table : tables_) TRY_VOID(table->finish());
  tables_.clear();
  return {};
}

}  // namespace aiva::documents
