#include "documents/formats/xlsx_sheet.h"

#include <algorithm>
#include <charconv>

#include "documents/clean_text.h"

namespace aiva::documents {
namespace {

constexpr std::size_t notes_max = 200'000;
constexpr std::size_t cell_bytes_max = 64 * 1024;
constexpr std::size_t hidden_ranges_max = 1000;

int to_int(std::string_view text, int fallback) {
  int value = fallback;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool is_true(std::string_view text) { return text == "1" || text == "true"; }

// "AB12": column 28, row 12.
struct CellPlace {
  int row = 0;
  int column = 0;
};
CellPlace parse_place(std::string_view text) {
  CellPlace place;
  std::size_t at = 0;
  while (at < text.size() && text[at] == '$') ++at;
  for (; at < text.size() && place.column <= sheet_columns_max; ++at) {
    char c = text[at];
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c < 'A' || c > 'Z') break;
    place.column = place.column * 26 + (c - 'A' + 1);
  }
  while (at < text.size() && text[at] == '$') ++at;
  place.row = to_int(text.substr(at), 0);
  bool is_sound = place.column >= 1 && place.column <= sheet_columns_max && place.row >= 0 &&
                  place.row <= sheet_rows_max;
  return is_sound ? place : CellPlace{};
}

// The last element of that name with all in it, out of XML that is not read otherwise; text cannot
// hold a "<".
std::string_view find_element(std::string_view xml, std::string_view name) {
  for (std::string prefix : {"", "x:"}) {
    auto open = "<" + prefix + std::string(name);
    auto begin = xml.rfind(open);
    if (begin == std::string_view::npos) continue;
    auto rest = xml.substr(begin);
    auto close = "</" + prefix + std::string(name) + ">";
    auto end = rest.find(close);
    if (end != std::string_view::npos) return rest.substr(0, end + close.size());
    end = rest.find("/>");
    if (end != std::string_view::npos) return rest.substr(0, end + 2);
  }
  return {};
}

// The target of a formula HYPERLINK("target", …).
std::string_view formula_target(std::string_view formula) {
  constexpr std::string_view call = "HYPERLINK(\"";
  if (!formula.starts_with(call)) return {};
  formula.remove_prefix(call.size());
  return formula.substr(0, formula.find('"'));
}

}  // namespace

CellRange parse_cell_range(std::string_view text) {
  auto colon = text.find(':');
  auto first = parse_place(text.substr(0, colon));
  auto last = colon == std::string_view::npos ? first : parse_place(text.substr(colon + 1));
  return {.first_row = first.row,
          .first_column = first.column,
          .last_row = std::max(first.row, last.row),
          .last_column = std::max(first.column, last.column)};
}

SheetNotes read_sheet_notes(std::string_view text) {
  SheetNotes notes;
  // All of them stand behind the rows.
  if (auto rows_end = text.rfind("sheetData"); rows_end != std::string_view::npos)
    text.remove_prefix(rows_end);
  auto each_child = [](std::string_view element, auto read) {
    XmlReader xml(element);
    // Damage here is met again when the rows are read; what was understood is kept.
    std::ignore = xml.for_each_child([&](std::string_view) -> Result<void> {
      return xml.for_each_child([&](std::string_view name) -> Result<void> {
        read(xml, name);
        return {};
      });
    });
  };
  each_child(find_element(text, "mergeCells"), [&](XmlReader& xml, std::string_view) {
    auto range = parse_cell_range(xml.attribute("ref"));
    if (range.last_row > range.first_row && notes.merges.size() < notes_max)
      notes.merges.push_back(range);
  });
  each_child(find_element(text, "hyperlinks"), [&](XmlReader& xml, std::string_view) {
    auto id = xml.prefixed_attribute("id");
    if (!id.empty() && notes.links.size() < notes_max)
      notes.links.emplace_back(parse_cell_range(xml.attribute("ref")), std::string(id));
  });
  auto filter = find_element(text, "autoFilter");
  each_child(filter, [&](XmlReader&, std::string_view name) {
    notes.has_active_filter |= name == "filterColumn";
  });
  XmlReader xml(filter);
  std::ignore = xml.for_each_child([&](std::string_view) -> Result<void> {
    notes.filter = parse_cell_range(xml.attribute("ref"));
    return {};
  });
  std::ranges::sort(notes.merges, {}, &CellRange::first_row);
  std::ranges::sort(notes.links, {}, [](const auto& link) { return link.first.first_row; });
  return notes;
}

SheetRows::SheetRows(std::string_view xml, const SharedStrings& strings, const CellFormats& formats,
                     const SheetNotes& notes, bool is_1904)
    : xml_(xml), strings_(strings), formats_(formats), notes_(notes), is_1904_(is_1904) {}

bool SheetRows::is_hidden_column(int column) const {
  return std::ranges::any_of(hidden_columns_, [column](const CellRange& range) {
    return column >= range.first_column && column <= range.last_column;
  });
}

void SheetRows::read_column() {
  if (!is_true(xml_.attribute("hidden")) || hidden_columns_.size() >= hidden_ranges_max) return;
  hidden_columns_.push_back({.first_column = to_int(xml_.attribute("min"), 0),
                             .last_column = to_int(xml_.attribute("max"), 0)});
}

// Whether the row is to be read.
bool SheetRows::start_row(SheetRow& row) {
  row_number_ = std::clamp(to_int(xml_.attribute("r"), row_number_ + 1), 0, sheet_rows_max + 1);
  column_ = 0;
  row.number = row_number_;
  row.cells.clear();
  row.links.clear();
  bool is_filtered = notes_.has_active_filter && row_number_ >= notes_.filter.first_row &&
                     row_number_ <= notes_.filter.last_row;
  return row_number_ <= sheet_rows_max && (!is_true(xml_.attribute("hidden")) || is_filtered);
}

Result<bool> SheetRows::next(SheetRow& row) {
  for (;;) {
    TRY(auto event, xml_.next());
    if (event == XmlEvent::done) return false;
    if (event != XmlEvent::start) continue;
    auto name = xml_.name();
    if (name == "col") read_column();
    if (name != "row") continue;
    int depth = xml_.depth();
    if (!start_row(row)) {
      TRY_VOID(xml_.skip());
      continue;
    }
    for (;;) {
      TRY(auto inner, xml_.next());
      if (inner == XmlEvent::done || xml_.depth() < depth) break;
      if (inner == XmlEvent::start && xml_.name() == "c") TRY_VOID(read_cell(row));
    }
    repeat_merged(row);
    if (!row.cells.empty()) return true;
  }
}

Result<void> SheetRows::read_cell(SheetRow& row) {
  auto place = xml_.attribute("r");
  column_ = place.empty() ? column_ + 1 : std::max(parse_place(place).column, column_ + 1);
  Cell cell{.column = column_,
            .style = static_cast<std::size_t>(std::max(to_int(xml_.attribute("s"), 0), 0))};
  // The attribute is gone with the next event; the kinds are few.
  auto type = xml_.attribute("t");
  for (std::string_view known : {"s", "str", "inlineStr", "b", "e", "d"})
    if (type == known) cell.type = known;
  int depth = xml_.depth();
  enum class Part { none, value, formula, text, phonetic };
  auto part = Part::none;
  value_.clear();
  inline_text_.clear();
  std::string formula;
  for (;;) {
    TRY(auto event, xml_.next());
    if (event == XmlEvent::done || xml_.depth() < depth) break;
    auto name = xml_.name();
    if (event == XmlEvent::start && part != Part::phonetic) {
      if (name == "v") part = Part::value;
      if (name == "f") part = Part::formula;
      if (name == "t") part = Part::text;
      if (name == "rPh") part = Part::phonetic;
    } else if (event == XmlEvent::end && (part != Part::phonetic || name == "rPh")) {
      part = Part::none;
    } else if (event == XmlEvent::text) {
      auto& into = part == Part::value ? value_ : part == Part::formula ? formula : inline_text_;
      bool is_wanted = part == Part::value || part == Part::formula || part == Part::text;
      if (is_wanted && into.size() < cell_bytes_max) into += xml_.text();
    }
  }
  if (column_ > sheet_columns_max || is_hidden_column(column_)) return {};
  if (auto target = formula_target(formula); !target.empty()) row.links.emplace_back(target);
  auto text = show(cell, value_);
  if (!text.empty()) row.cells.push_back({.column = column_, .text = std::move(text)});
  return {};
}

std::string SheetRows::show(const Cell& cell, const std::string& value) const {
  const auto& format = formats_.at(cell.style);
  if (cell.type == "s")
    return format.show_text(strings_.at(static_cast<std::size_t>(std::max(to_int(value, 0), 0))));
  if (cell.type == "inlineStr")
    return format.show_text(decode_cell_escapes(inline_text_.empty() ? value : inline_text_));
  if (cell.type == "str") return format.show_text(decode_cell_escapes(value));
  if (cell.type == "b") return value == "1" || value == "true" ? "TRUE" : "FALSE";
  if (cell.type == "e" || cell.type == "d") return value;
  double number = 0;
  auto trimmed = trim(value);
  auto read = std::from_chars(trimmed.data(), trimmed.data() + trimmed.size(), number);
  bool is_number = read.ec == std::errc() && read.ptr == trimmed.data() + trimmed.size();
  return is_number ? format.show(number, is_1904_) : value;
}

void SheetRows::repeat_merged(SheetRow& row) {
  merged_.repeat_in(row);
  while (next_merge_ < notes_.merges.size() && notes_.merges[next_merge_].first_row <= row.number) {
    const auto& range = notes_.merges[next_merge_++];
    if (range.first_row != row.number) continue;
    auto cell = std::ranges::find(row.cells, range.first_column, &SheetCell::column);
    if (cell != row.cells.end()) merged_.add(range.first_column, range.last_row, cell->text);
  }
}

}  // namespace aiva::documents
