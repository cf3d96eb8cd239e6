#include "documents/formats/odf_body.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

#include "documents/clean_text.h"

namespace aiva::documents {
namespace {

constexpr std::size_t heading_bytes_max = 500;
constexpr std::size_t running_text_bytes_min = 16;
constexpr int pages_max = 20000;
constexpr int repeats_max = 1024;
constexpr std::size_t lists_max = 20000;
// Contents of more cells are not kept apart from their text.
constexpr std::size_t kept_cells_max = 100;

int count_attribute(const XmlReader& xml, std::string_view name) {
  auto written = xml.attribute(name);
  int value = 1;
  std::from_chars(written.data(), written.data() + written.size(), value);
  return std::clamp(value, 1, repeats_max);
}

bool is_text_block(const OfficeBlock& block) {
  return block.rows.empty() && block.image.empty() && block.block.kind != BlockKind::footnote;
}

// What holds blocks and is none itself.
bool is_container(std::string_view name) {
  constexpr std::array<std::string_view, 16> names = {"section",
                                                      "index-body",
                                                      "index-title",
                                                      "table-of-content",
                                                      "illustration-index",
                                                      "table-index",
                                                      "object-index",
                                                      "user-index",
                                                      "alphabetical-index",
                                                      "bibliography",
                                                      "numbered-paragraph",
                                                      "text-box",
                                                      "a",
                                                      "list-header",
                                                      "list-item",
                                                      "page-sequence"};
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

Result<void> OdfBody::read_blocks(const TakeOfficeBlock& take) {
  return xml_.for_each_child([&](std::string_view name) { return read_block(name, take); });
}

Result<void> OdfBody::read_block(std::string_view name, const TakeOfficeBlock& take) {
  if (name == "p" || name == "h") return read_paragraph(name == "h", take);
  if (name == "list") return read_list(take);
  if (name == "table") return read_table(take);
  if (name == "section" && xml_.attribute("display") == "none") return {};
  if (is_container(name)) return read_blocks(take);
  if (is_drawing(name)) return read_frame(take);
  if (name == "soft-page-break" && has_text_on_page_) begin_page();
  return {};
}

void OdfBody::begin_page() {
  page_ = std::min(page_ + 1, pages_max);
  has_text_on_page_ = false;
}

std::string OdfBody::next_label(const OdfListStyle& style, ListCounters& counters, int level) {
  const auto& own = style.at(static_cast<std::size_t>(level));
  counters.advance(level, own.start);
  if (own.look == NumberLook::none) return {};
  std::string label = own.prefix;
  for (int i = std::max(0, level - own.shown_levels + 1); i <= level; ++i) {
    const auto& shown = style.at(static_cast<std::size_t>(i));
    auto number = write_number(counters.at(i, shown.start), shown.look);
    if (!label.empty() && i > level - own.shown_levels + 1 && !number.empty() &&
        label.size() > own.prefix.size())
      label += '.';
    label += number;
  }
  return label + own.suffix;
}

Result<void> OdfBody::read_paragraph(bool is_heading, const TakeOfficeBlock& take) {
  const auto style = styles_.find("paragraph", xml_.attribute("style-name"));
  int level = is_heading ? std::clamp(count_attribute(xml_, "outline-level"), 1, list_levels) : 0;
  bool is_numbered = is_heading && xml_.attribute("is-list-header") != "true";
  if (style.starts_page && has_text_on_page_) begin_page();
  Paragraph paragraph;
  // The list belongs to this paragraph, not to what is anchored in it.
  auto* list = std::exchange(list_, nullptr);
  TRY_VOID(read_text(paragraph, style.is_bold));
  list_ = list;

  bool is_blank_text = is_blank(paragraph.text) || style.is_hidden;
  bool is_only_page_number = is_running_ && paragraph.has_page_number &&
                             trim(paragraph.text).size() < running_text_bytes_min;
  Block block{.page = paragraph.page == 0 ? page_ : paragraph.page,
              .text = {},
              .links = std::move(paragraph.links)};
  std::string label;
  if (list != nullptr && !is_blank_text) {
    if (std::exchange(list->needs_label, false))
      if (const auto* look = styles_.find_list(list->style); look != nullptr)
        label = next_label(*look, counters_[list->style], list->level);
  } else if (is_numbered && styles_.outline() != nullptr && !is_blank_text) {
    label = next_label(*styles_.outline(), heading_counters_, level - 1);
  }
  if (!label.empty()) block.text = label + " ";
  block.text += paragraph.text;
  if (level == 0) level = style.is_title ? 1 : style.heading_level;
  if (level > 0 && block.text.size() <= heading_bytes_max) {
    block.kind = BlockKind::heading;
    block.level = std::min(level, 6);
    block.text = unwrap_lines(block.text);
  } else if (list != nullptr && !list->is_header) {
    block.kind = BlockKind::list_item;
    block.level = list->level + 1;
  } else if (style.is_code) {
    block.kind = BlockKind::code;
  } else if (style.is_quote) {
    block.kind = BlockKind::quote;
  }
  bool is_bold = paragraph.has_bold && !paragraph.has_light;
  if (!is_blank_text && !is_only_page_number)
    TRY_VOID(take({.block = std::move(block), .is_bold = is_bold}));
  for (auto& attached : paragraph.attached) TRY_VOID(take(std::move(attached)));
  return {};
}

Result<void> OdfBody::read_list(const TakeOfficeBlock& take) {
  List list{.style = std::string(xml_.attribute("style-name").substr(0, 200))};
  bool goes_on =
      xml_.attribute("continue-numbering") == "true" || !xml_.attribute("continue-list").empty();
  if (list_ != nullptr) {
    list.level = std::min(list_->level + 1, list_levels - 1);
    if (list.style.empty()) list.style = list_->style;
  } else if (!goes_on) {
    if (counters_.size() >= lists_max) counters_.clear();
    counters_[list.style] = {};
  }
  auto* outer = std::exchange(list_, &list);
  auto read = read_list_items(list, take);
  list_ = outer;
  return read;
}

Result<void> OdfBody::read_list_items(List& list, const TakeOfficeBlock& take) {
  return xml_.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "soft-page-break" && has_text_on_page_) begin_page();
    if (name != "list-item" && name != "list-header") return {};
    list.is_header = name == "list-header";
    list.needs_label = !list.is_header;
    if (xml_.has_attribute("start-value"))
      counters_[list.style].restart(list.level, count_attribute(xml_, "start-value"));
    return read_blocks(take);
  });
}

Result<void> OdfBody::read_table(const TakeOfficeBlock& take) {
  Table table{.page = page_};
  auto* list = std::exchange(list_, nullptr);
  auto read = xml_.for_each_child([&](std::string_view name) { return read_rows(name, table); });
  list_ = list;
  TRY_VOID(read);
  return put_out(std::move(table), take);
}

Result<void> OdfBody::read_rows(std::string_view name, Table& table) {
  if (name == "table-row") return read_row(table);
  if (name == "soft-page-break" && has_text_on_page_) begin_page();
  bool is_header = name == "table-header-rows";
  if (!is_header && name != "table-rows" && name != "table-row-group") return {};
  table.is_header |= is_header;
  TRY_VOID(xml_.for_each_child([&](std::string_view child) { return read_rows(child, table); }));
  if (is_header) table.is_header = false;
  return {};
}

Result<void> OdfBody::read_row(Table& table) {
  int times = count_attribute(xml_, "number-rows-repeated");
  table.grid.begin_row(table.is_header);
  TRY_VOID(xml_.for_each_child([&](std::string_view name) -> Result<void> {
    if (table.grid.is_full()) return {};
    if (name == "table-cell") return read_cell(false, table);
    if (name == "covered-table-cell") return read_cell(true, table);
    return {};
  }));
  table.grid.repeat_row(times - 1);
  return {};
}

Result<void> OdfBody::read_cell(bool is_covered, Table& table) {
  int times = count_attribute(xml_, "number-columns-repeated");
  int rows = count_attribute(xml_, "number-rows-spanned");
  std::vector<OfficeBlock> contents;
  TRY_VOID(read_blocks([&](OfficeBlock block) -> Result<void> {
    contents.push_back(std::move(block));
    return {};
  }));
  std::string text;
  bool is_bold = true;
  for (const auto& block : contents) {
    if (!is_text_block(block) && block.rows.empty()) continue;
    text.append(text.empty() ? "" : " ").append(flatten(block));
    is_bold &= block.is_bold;
    for (const auto& link : block.block.links) add_link(table.links, link);
  }
  // A repeated cell with text is rare and short; its text must not multiply.
  if (text.size() > 1000) times = 1;
  for (int i = 0; i < times; ++i) {
    auto column = table.grid.column();
    if (table.rows_below.size() <= column) table.rows_below.resize(column + 1);
    auto& below = table.rows_below[column];
    if (is_covered && below > 0) {
      --below;
      table.grid.add_covered_by_above();
      continue;
    }
    if (!is_covered) below = rows - 1;
    table.grid.add_cell(is_covered ? std::string() : text, 1, is_bold);
  }
  ++table.cells;
  bool is_kept = table.cells <= kept_cells_max;
  for (auto& block : contents)
    if (is_kept || !is_text_block(block)) table.contents.push_back(std::move(block));
  return {};
}

Result<void> OdfBody::put_out(Table table, const TakeOfficeBlock& take) {
  // A single cell is a frame around text.
  if (table.cells != 1) {
    Block pattern{.page = table.page, .text = {}, .links = std::move(table.links)};
    if (table.cells > 0) TRY_VOID(take(table.grid.finish(std::move(pattern), false)));
    std::erase_if(table.contents,
                  [](const auto& block) { return is_text_block(block) || !block.rows.empty(); });
  }
  for (auto& block : table.contents) TRY_VOID(take(std::move(block)));
  return {};
}

}  // namespace aiva::documents
