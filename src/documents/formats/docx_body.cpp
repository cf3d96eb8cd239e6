#include "documents/formats/docx_body.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "documents/clean_text.h"

namespace aiva::documents {
namespace {

// A longer text is no heading, whatever its style.
constexpr std::size_t heading_bytes_max = 500;
constexpr int pages_max = 20000;
constexpr int columns_max = 64;
// A table with fewer cells may be there to place text on the page.
constexpr std::size_t layout_cells_max = 100;
// What stays of a header or footer besides its page number, to be worth reading.
constexpr std::size_t running_text_bytes_min = 16;

bool is_text_block(const OfficeBlock& block) {
  return block.rows.empty() && block.image.empty() && block.document.empty() &&
         block.block.kind != BlockKind::footnote;
}

}  // namespace

Result<void> DocxBody::read_blocks(const TakeOfficeBlock& take) {
  TRY_VOID(xml_.for_each_child([&](std::string_view name) { return read_block(name, take); }));
  if (!carried_) return {};
  auto rest = std::move(*carried_);
  carried_.reset();
  return put_out(std::move(rest), take);
}

Result<void> DocxBody::read_block(std::string_view name, const TakeOfficeBlock& take) {
  if (name == "p") return read_paragraph(take);
  if (name == "tbl") return read_table(take);
  if (name == "sdt") return read_content_control(take);
  if (name == "AlternateContent") return read_first_choice(take);
  // A document of another kind, most often HTML, that stands for the text it would become.
  if (name == "altChunk")
    return take({.block = {.page = page_, .text = {}},
                 .document = std::string(relations_.target(xml_.prefixed_attribute("id")))});
  if (name == "ins" || name == "moveTo" || name == "customXml" || name == "smartTag")
    return xml_.for_each_child([&](std::string_view child) { return read_block(child, take); });
  return {};
}

// w:sdt: a form field or another frame around content; what it shows while it is empty is no
// content.
Result<void> DocxBody::read_content_control(const TakeOfficeBlock& take) {
  bool is_placeholder = false;
  return xml_.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "sdtPr")
      return xml_.for_each_child([&](std::string_view property) -> Result<void> {
        is_placeholder |= property == "showingPlcHdr" && is_switched_on(xml_);
        return {};
      });
    if (name != "sdtContent" || is_placeholder) return {};
    return xml_.for_each_child([&](std::string_view child) { return read_block(child, take); });
  });
}

// The alternatives of mc:AlternateContent show the same thing.
Result<void> DocxBody::read_first_choice(const TakeOfficeBlock& take) {
  bool is_read = false;
  return xml_.for_each_child([&](std::string_view) -> Result<void> {
    if (std::exchange(is_read, true)) return {};
    return xml_.for_each_child([&](std::string_view child) { return read_block(child, take); });
  });
}

void DocxBody::begin_page() {
  page_ = std::min(page_ + 1, pages_max);
  has_text_on_page_ = false;
}

Result<void> DocxBody::read_paragraph(const TakeOfficeBlock& take) {
  Paragraph paragraph;
  if (carried_) paragraph = std::move(*carried_);
  carried_.reset();
  paragraph.is_mark_deleted = false;
  TRY_VOID(xml_.for_each_child([&](std::string_view name) -> Result<void> {
    return name == "pPr" ? read_paragraph_properties(paragraph) : read_inline(name, paragraph);
  }));
  // A field's code does not go on in the next paragraph; a mark that is missing must not hide it.
  std::erase_if(fields_, [](const Field& field) { return !field.is_in_result; });
  if (paragraph.is_mark_deleted) {
    carried_ = std::move(paragraph);
    return {};
  }
  bool ends_section = paragraph.ends_section;
  TRY_VOID(put_out(std::move(paragraph), take));
  if (ends_section && has_text_on_page_) begin_page();
  return {};
}

Result<void> DocxBody::read_paragraph_properties(Paragraph& paragraph) {
  return xml_.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "pStyle") paragraph.style = xml_.attribute("val").substr(0, 200);
    if (name == "outlineLvl") paragraph.look.outline_level = number_attribute(xml_, "val");
    if (name == "numPr") return read_number_properties(xml_, paragraph.look);
    if (name == "sectPr") return read_section(paragraph);
    if (name == "pageBreakBefore" && is_switched_on(xml_) && has_text_on_page_) begin_page();
    if (name != "rPr") return {};
    return xml_.for_each_child([&](std::string_view mark) -> Result<void> {
      paragraph.is_mark_deleted |= mark == "del" || mark == "moveFrom";
      return {};
    });
  });
}

Result<void> DocxBody::read_section(Paragraph& paragraph) {
  paragraph.ends_section = true;
  return xml_.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "type" && xml_.attribute("val") == "continuous") paragraph.ends_section = false;
    return {};
  });
}

Result<void> DocxBody::put_out(Paragraph paragraph, const TakeOfficeBlock& take) {
  if (paragraph.page == 0) paragraph.page = page_;
  bool is_only_page_number = is_running_ && paragraph.has_page_number &&
                             trim(paragraph.text).size() < running_text_bytes_min;
  OfficeBlock made{.block = make_block(paragraph)};
  bool is_style_bold = document_.styles.find(paragraph.style).look.is_bold.value_or(false);
  made.is_bold = !paragraph.has_light && (is_style_bold || !paragraph.has_default_weight);
  if (!is_blank(made.block.text) && !is_only_page_number) TRY_VOID(take(std::move(made)));
  for (auto& attached : paragraph.attached) TRY_VOID(take(std::move(attached)));
  return {};
}

Block DocxBody::make_block(Paragraph& paragraph) {
  const auto& style_id = paragraph.style.empty() ? document_.styles.default_id() : paragraph.style;
  auto style = document_.styles.find(style_id);
  const auto& look = paragraph.look;
  Block block{.page = paragraph.page, .text = {}, .links = std::move(paragraph.links)};
  int number_id = look.number_id.value_or(style.look.number_id.value_or(0));
  auto list_level = look.list_level  ? look.list_level
                    : look.number_id ? std::optional(0)
                                     : style.look.list_level;
  std::optional<DocxLabel> label;
  if (number_id > 0 && !is_blank(paragraph.text))
    label = document_.numbering.next(number_id, list_level, style_id);
  if (label && !label->text.empty()) block.text = label->text + " ";
  block.text += paragraph.text;

  int heading_level = style.heading_level;
  if (look.outline_level)
    heading_level = *look.outline_level < 9 ? std::clamp(*look.outline_level + 1, 1, 6) : 0;
  bool is_fixed = paragraph.has_fixed_pitch && !paragraph.has_variable_pitch;
  if (heading_level > 0 && block.text.size() <= heading_bytes_max) {
    block.kind = BlockKind::heading;
    block.level = heading_level;
    block.text = unwrap_lines(block.text);
  } else if (label) {
    block.kind = BlockKind::list_item;
    block.level = label->level + 1;
  } else if (style.is_code || is_fixed) {
    block.kind = BlockKind::code;
  } else if (style.is_quote) {
    block.kind = BlockKind::quote;
  }
  return block;
}

Result<void> DocxBody::read_table(const TakeOfficeBlock& take) {
  Table table{.page = page_};
  TRY_VOID(xml_.for_each_child([&](std::string_view name) { return read_rows(name, table); }));
  return put_out(std::move(table), take);
}

Result<void> DocxBody::read_rows(std::string_view name, Table& table) {
  if (name == "tr") return read_row(table);
  if (name == "tblPr") return read_table_properties(table);
  if (name != "sdt" && name != "sdtContent" && name != "customXml" && name != "ins") return {};
  return xml_.for_each_child([&](std::string_view child) { return read_rows(child, table); });
}

Result<void> DocxBody::read_table_properties(Table& table) {
  bool has_header_row = false;
  bool shows_header_row = false;
  TRY_VOID(xml_.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "tblStyle")
      has_header_row = document_.styles.find(xml_.attribute("val")).has_header_row;
    if (name == "tblLook") {
      // ECMA-376 part 1, 17.4.55: older files write the switches as one hexadecimal number.
      auto bits = xml_.attribute("val");
      bool has_bit = bits.size() == 4 && bits[2] >= '0' && ((bits[2] - '0') & 2) != 0;
      shows_header_row =
          xml_.has_attribute("firstRow") ? xml_.attribute("firstRow") == "1" : has_bit;
    }
    return {};
  }));
  table.has_header_look = has_header_row && shows_header_row;
  return {};
}

Result<void> DocxBody::read_row(Table& table) {
  bool is_header = false;
  bool is_deleted = false;
  bool has_begun = false;
  auto begin = [&] {
    if (!std::exchange(has_begun, true)) table.grid.begin_row(is_header);
  };
  int skipped = 0;
  return xml_.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "trPr")
      return xml_.for_each_child([&](std::string_view property) -> Result<void> {
        is_header |= property == "tblHeader" && is_switched_on(xml_);
        is_deleted |= property == "del";
        if (property == "gridBefore")
          skipped = std::clamp(number_attribute(xml_, "val").value_or(0), 0, columns_max);
        return {};
      });
    if (is_deleted || table.grid.is_full()) return {};
    begin();
    table.grid.skip_columns(std::exchange(skipped, 0));
    return read_cells(name, table);
  });
}

Result<void> DocxBody::read_cells(std::string_view name, Table& table) {
  if (name == "tc") return read_cell(table);
  if (name != "sdt" && name != "sdtContent" && name != "customXml" && name != "ins") return {};
  return xml_.for_each_child([&](std::string_view child) { return read_cells(child, table); });
}

Result<void> DocxBody::read_cell(Table& table) {
  Cell cell;
  TakeOfficeBlock take = [&](OfficeBlock block) -> Result<void> {
    cell.contents.push_back(std::move(block));
    return {};
  };
  TRY_VOID(xml_.for_each_child([&](std::string_view name) -> Result<void> {
    if (name != "tcPr") return read_block(name, take);
    return xml_.for_each_child([&](std::string_view property) -> Result<void> {
      if (property == "gridSpan")
        cell.columns = std::clamp(number_attribute(xml_, "val").value_or(1), 1, columns_max);
      if (property == "vMerge") cell.is_covered = xml_.attribute("val") != "restart";
      return {};
    });
  }));
  add_to_table(std::move(cell), table);
  return {};
}

void DocxBody::add_to_table(Cell cell, Table& table) {
  std::string text;
  std::size_t blocks = 0;
  bool has_heading = false;
  bool is_bold = true;
  for (const auto& block : cell.contents) {
    if (!is_text_block(block) && block.rows.empty()) continue;
    ++blocks;
    has_heading |= block.block.kind == BlockKind::heading;
    is_bold &= block.is_bold;
    text.append(text.empty() ? "" : " ").append(flatten(block));
    for (const auto& link : block.block.links) add_link(table.links, link);
  }
  table.is_layout |= has_heading && blocks >= 3;
  if (cell.is_covered && is_blank(text))
    table.grid.add_covered_by_above(cell.columns);
  else
    table.grid.add_cell(std::move(text), cell.columns, is_bold);
  // In a table of data only what is no text of its cells is still needed.
  if (++table.cells == layout_cells_max) std::erase_if(table.contents, is_text_block);
  bool is_kept = table.cells < layout_cells_max;
  for (auto& block : cell.contents)
    if (is_kept || !is_text_block(block)) table.contents.push_back(std::move(block));
}

Result<void> DocxBody::put_out(Table table, const TakeOfficeBlock& take) {
  bool is_frame = table.cells < layout_cells_max && (table.cells == 1 || table.is_layout);
  if (!is_frame) {
    Block pattern{.page = table.page, .text = {}, .links = std::move(table.links)};
    if (table.cells > 0)
      TRY_VOID(take(table.grid.finish(std::move(pattern), table.has_header_look)));
    std::erase_if(table.contents,
                  [](const auto& block) { return is_text_block(block) || !block.rows.empty(); });
  }
  for (auto& block : table.contents) TRY_VOID(take(std::move(block)));
  return {};
}

}  // namespace aiva::documents
