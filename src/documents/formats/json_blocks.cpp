#include "documents/formats/json_blocks.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "documents/clean_text.h"
#include "documents/formats/table_blocks.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr int heading_level_max = 6;
constexpr std::size_t heading_bytes_max = 200;
constexpr std::size_t line_bytes_max = 400;  // longer values stand alone
constexpr std::size_t paragraph_bytes_max = 2000;
constexpr std::size_t table_bytes_max = 48 * 1024;
constexpr std::size_t columns_max = 60;
constexpr std::size_t cell_bytes_max = 1000;

}  // namespace

bool JsonBlocks::is_scalar(Index index) const {
  auto kind = node(index).kind;
  return kind != JsonKind::array && kind != JsonKind::object;
}

// A short list of scalars, to be written on one line.
bool JsonBlocks::is_flat_list(Index index) const {
  const auto& list = node(index);
  if (list.kind != JsonKind::array || tape_.size_of(list) > line_bytes_max) return false;
  for (Index i = index + 1; i < list.next; i = node(i).next)
    if (!is_scalar(i)) return false;
  return true;
}

bool JsonBlocks::is_line(Index index) const { return is_scalar(index) || is_flat_list(index); }

// The text of an object's scalar member.
std::optional<std::string> JsonBlocks::find_member(Index object, std::string_view name) const {
  if (node(object).kind != JsonKind::object) return std::nullopt;
  for (Index i = object + 1; i < node(object).next; i = node(i + 1).next) {
    bool is_it = is_scalar(i + 1) && node(i + 1).kind != JsonKind::null &&
                 tape_.size_of(node(i)) == name.size() && tape_.text_of(node(i)) == name;
    if (is_it) return tape_.text_of(node(i + 1));
  }
  return std::nullopt;
}

// Everything in a value on one line: "red, green", "name: Bolt, size: M4".
void JsonBlocks::append_inline(Index index, std::string& out) const {
  const auto& value = node(index);
  if (value.kind == JsonKind::null) return;
  if (is_scalar(index)) {
    out += unwrap_lines(tape_.text_of(value));
    return;
  }
  bool is_object = value.kind == JsonKind::object;
  bool is_first = true;
  for (Index i = index + 1; i < value.next;) {
    Index content = is_object ? i + 1 : i;
    bool is_compound = !is_scalar(content);
    if (node(content).kind != JsonKind::null) {
      if (!std::exchange(is_first, false)) out += is_compound && !is_object ? "; " : ", ";
      if (is_object) out.append(tape_.text_of(node(i))).append(": ");
      append_inline(content, out);
    }
    i = node(content).next;
  }
}

std::string JsonBlocks::inline_text(Index index) const {
  std::string out;
  append_inline(index, out);
  return out;
}

std::string JsonBlocks::title() const {
  for (std::string_view name : {"title", "name"}) {
    auto found = find_member(0, name);
    if (found && found->size() <= heading_bytes_max)
      return clean_flowing_text(unwrap_lines(*found));
  }
  return {};
}

Result<void> JsonBlocks::add_all() {
  TRY_VOID(add_value(0, 1));
  return end_paragraph();
}

Result<void> JsonBlocks::add_record() {
  const auto& record = node(0);
  if (record.kind != JsonKind::object) return out_.add(Block{.text = inline_text(0)});
  std::string lines;
  for (Index i = 1; i < record.next; i = node(i + 1).next) {
    if (node(i + 1).kind == JsonKind::null) continue;
    auto text = is_scalar(i + 1) ? tape_.text_of(node(i + 1)) : inline_text(i + 1);
    if (!is_blank(text)) lines.append(tape_.text_of(node(i))).append(": ").append(text) += '\n';
  }
  return out_.add(Block{.text = std::move(lines)});
}

Result<void> JsonBlocks::add_value(Index index, int level) {
  switch (node(index).kind) {
    case JsonKind::object: return add_object(index, level);
    case JsonKind::array: return add_array(index, level);
    case JsonKind::null: return {};
    case JsonKind::boolean:
    case JsonKind::number:
    case JsonKind::text: return add_line(tape_.text_of(node(index)));
  }
  return {};
}

// First what fits on lines, so that it does not seem to belong to what is nested.
Result<void> JsonBlocks::add_object(Index index, int level) {
  auto end = node(index).next;
  for (Index i = index + 1; i < end; i = node(i + 1).next) {
    if (!is_line(i + 1) || node(i + 1).kind == JsonKind::null) continue;
    auto text = is_scalar(i + 1) ? tape_.text_of(node(i + 1)) : inline_text(i + 1);
    if (!is_blank(text)) TRY_VOID(add_line(tape_.text_of(node(i)) + ": " + text));
  }
  TRY_VOID(end_paragraph());
  for (Index i = index + 1; i < end; i = node(i + 1).next)
    if (!is_line(i + 1)) TRY_VOID(add_nested(i, level));
  return {};
}

Result<void> JsonBlocks::add_nested(Index name, int level) {
  Index value = name + 1;
  if (node(value).next == value + 1) return {};  // empty
  if (level > heading_level_max)
    return add_line(tape_.text_of(node(name)) + ": " + inline_text(value));
  TRY_VOID(add_heading(tape_.text_of(node(name)), level));
  TRY_VOID(add_value(value, level + 1));
  return end_paragraph();
}

Result<void> JsonBlocks::add_array(Index index, int level) {
  TRY_VOID(end_paragraph());
  TRY(bool is_table, add_table_of_objects(index));
  if (is_table) return {};
  TRY(is_table, add_table_of_arrays(index));
  if (is_table) return {};
  for (Index i = index + 1; i < node(index).next; i = node(i).next) TRY_VOID(add_element(i, level));
  return {};
}

Result<void> JsonBlocks::add_element(Index index, int level) {
  if (is_line(index)) {
    auto text = is_scalar(index) && node(index).kind != JsonKind::null ? tape_.text_of(node(index))
                                                                       : inline_text(index);
    return out_.add(Block{.kind = BlockKind::list_item, .level = 1, .text = std::move(text)});
  }
  if (level > heading_level_max) return out_.add(Block{.text = inline_text(index)});
  // A thing with a name of its own begins a section.
  bool has_nested = false;
  for (Index i = index + 1; node(index).kind == JsonKind::object && i < node(index).next;
       i = node(i + 1).next)
    has_nested |= !is_line(i + 1);
  int inner_level = level;
  for (std::string_view name : {"title", "name", "label", "id"}) {
    auto found = has_nested ? find_member(index, name) : std::nullopt;
    if (!found || is_blank(*found) || found->size() > heading_bytes_max) continue;
    TRY_VOID(add_heading(*found, level));
    ++inner_level;
    break;
  }
  TRY_VOID(add_value(index, inner_level));
  return end_paragraph();
}

Result<void> JsonBlocks::add_line(std::string line) {
  bool stands_alone = line.size() > line_bytes_max;
  if (stands_alone || lines_.size() + line.size() > paragraph_bytes_max) TRY_VOID(end_paragraph());
  lines_.append(line) += '\n';
  return stands_alone ? end_paragraph() : Result<void>();
}

Result<void> JsonBlocks::end_paragraph() {
  return out_.add(Block{.text = std::exchange(lines_, {})});
}

Result<void> JsonBlocks::add_heading(std::string text, int level) {
  TRY_VOID(end_paragraph());
  text = utf8_prefix(text, heading_bytes_max);
  return out_.add(Block{.kind = BlockKind::heading,
                        .level = std::clamp(level, 1, heading_level_max),
                        .text = unwrap_lines(text)});
}

// The columns of a table where the array is one: objects of scalars and short lists, most of them
// with most of the names.
std::optional<std::vector<JsonBlocks::Column>> JsonBlocks::find_columns(Index array) const {
  std::vector<Column> columns;
  std::unordered_map<std::string, std::size_t> by_name;
  std::size_t rows = 0;
  std::size_t filled = 0;
  for (Index i = array + 1; i < node(array).next; i = node(i).next) {
    if (node(i).kind != JsonKind::object) return std::nullopt;
    ++rows;
    for (Index k = i + 1; k < node(i).next; k = node(k + 1).next) {
      if (!is_line(k + 1) || tape_.size_of(node(k + 1)) > cell_bytes_max) return std::nullopt;
      auto name = tape_.text_of(node(k));
      auto [found, is_new] = by_name.try_emplace(name, columns.size());
      if (is_new) columns.push_back({.name = std::move(name)});
      if (columns.size() > columns_max) return std::nullopt;
      ++columns[found->second].filled;
      ++filled;
    }
  }
  bool is_full = filled * 2 >= rows * columns.size();
  if (rows < 2 || columns.size() < 2 || !is_full) return std::nullopt;
  return columns;
}

Result<bool> JsonBlocks::add_table_of_objects(Index array) {
  auto columns = find_columns(array);
  if (!columns) return false;
  std::unordered_map<std::string_view, std::size_t> by_name;
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < columns->size(); ++i) {
    by_name.emplace((*columns)[i].name, i);
    cells.push_back((*columns)[i].name);
  }
  TableBlocks table(out_, Block{}, table_bytes_max);
  TRY_VOID(table.add_row(cells, true));
  for (Index i = array + 1; i < node(array).next; i = node(i).next) {
    std::ranges::for_each(cells, [](auto& cell) { cell.clear(); });
    for (Index k = i + 1; k < node(i).next; k = node(k + 1).next) {
      auto& cell = cells[by_name.find(tape_.text_of(node(k)))->second];
      cell = inline_text(k + 1);
      table.add_link(cell);
    }
    TRY_VOID(table.add_row(cells));
    cells_ += cells.size();
    if (cells_ <= table_cells_max) continue;
    TRY_VOID(table.finish());
    return fail(ErrorCode::too_large, "The document has more than " +
                                          std::to_string(table_cells_max) +
                                          " cells; the rest of it was left out");
  }
  TRY_VOID(table.finish());
  return true;
}

// Arrays of the same length, at least two of them.
Result<bool> JsonBlocks::add_table_of_arrays(Index array) {
  std::vector<std::vector<std::string>> sample;
  std::size_t width = 0;
  for (Index i = array + 1; i < node(array).next; i = node(i).next) {
    if (!is_flat_list(i)) return false;
    std::size_t length = 0;
    for (Index k = i + 1; k < node(i).next; k = node(k).next) ++length;
    if (width == 0) width = length;
    if (length != width || width < 2) return false;
  }
  auto read_row = [this](Index row) {
    std::vector<std::string> cells;
    for (Index k = row + 1; k < node(row).next; k = node(k).next) cells.push_back(inline_text(k));
    return cells;
  };
  constexpr std::size_t sample_rows = 30;
  for (Index i = array + 1; i < node(array).next && sample.size() < sample_rows; i = node(i).next)
    sample.push_back(read_row(i));
  if (sample.size() < 2) return false;
  TableBlocks table(out_, Block{}, table_bytes_max);
  bool is_header = has_header_row(sample);
  for (Index i = array + 1; i < node(array).next; i = node(i).next)
    TRY_VOID(table.add_row(read_row(i), std::exchange(is_header, false)));
  TRY_VOID(table.finish());
  return true;
}

}  // namespace aiva::documents
