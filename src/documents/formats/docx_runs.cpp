#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "documents/clean_text.h"
#include "documents/formats/docx_body.h"
#include "documents/formats/drawing_parts.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t fields_max = 64;  // within each other
constexpr std::size_t field_code_bytes_max = 4096;

// What the symbol fonts of Office print at their private code points, where text has it too.
struct Symbol {
  char32_t code;
  std::string_view text;
};
constexpr std::array symbols = {
    Symbol{0xF0B7, "•"}, Symbol{0xF0A7, "▪"}, Symbol{0xF0D8, "➢"}, Symbol{0xF0FC, "✓"},
    Symbol{0xF0FB, "✗"}, Symbol{0xF0E0, "→"}, Symbol{0xF0DF, "←"}, Symbol{0xF0A8, "☐"},
    Symbol{0xF06F, "☐"}, Symbol{0xF0FE, "☒"}, Symbol{0xF052, "☑"}, Symbol{0xF0B0, "°"},
    Symbol{0xF0B1, "±"}, Symbol{0xF0B3, "≥"}, Symbol{0xF0A3, "≤"}, Symbol{0xF0B4, "×"},
    Symbol{0xF0B9, "≠"}, Symbol{0xF0BB, "≈"}, Symbol{0xF061, "α"}, Symbol{0xF062, "β"},
    Symbol{0xF067, "γ"}, Symbol{0xF064, "δ"}, Symbol{0xF06D, "μ"}, Symbol{0xF070, "π"},
    Symbol{0xF073, "σ"}, Symbol{0xF057, "Ω"}, Symbol{0xF044, "Δ"}, Symbol{0xF053, "Σ"}};

std::string symbol_text(std::string_view hexadecimal) {
  std::uint32_t code = 0;
  std::from_chars(hexadecimal.data(), hexadecimal.data() + hexadecimal.size(), code, 16);
  const auto* found = std::ranges::find(symbols, static_cast<char32_t>(code), &Symbol::code);
  if (found != symbols.end()) return std::string(found->text);
  std::string text;
  bool is_private = code >= 0xE000 && code <= 0xF8FF;
  if (code >= 0x20 && !is_private) append_utf8(text, static_cast<char32_t>(code));
  return text;
}

// The first word of a field's code (ECMA-376 part 1, 17.16).
std::string_view first_word(std::string_view code) {
  code = trim(code);
  return code.substr(0, std::min(code.find_first_of(" \t\\\""), code.size()));
}

// The first text in quotes.
std::string_view quoted_word(std::string_view code) {
  auto begin = code.find('"');
  if (begin == std::string_view::npos) return {};
  auto end = code.find('"', begin + 1);
  return end == std::string_view::npos ? std::string_view()
                                       : code.substr(begin + 1, end - begin - 1);
}

// Elements that only wrap parts of a paragraph.
bool is_wrapper(std::string_view name) {
  constexpr std::array<std::string_view, 9> names = {
      "ins", "moveTo", "smartTag", "customXml", "sdtContent", "bdo", "dir", "rubyBase", "ruby"};
  return std::ranges::find(names, name) != names.end();
}

// What must stand between the parts of a formula, so that they can be told apart in a line.
std::string_view sign_before(std::string_view name) {
  if (name == "den") return "/";
  if (name == "sup") return "^";
  if (name == "sub") return "_";
  if (name == "rad") return "√";
  return {};
}

}  // namespace

bool DocxBody::is_in_field_code() const {
  return std::ranges::any_of(fields_, [](const Field& field) { return !field.is_in_result; });
}

void DocxBody::append(Paragraph& paragraph, std::string_view text, const Run& run) {
  if (run.is_hidden || is_in_field_code()) return;
  paragraph.text += text;
  if (is_blank(text)) return;
  if (paragraph.page == 0) paragraph.page = page_;
  has_text_on_page_ = true;
  if (!run.is_bold)
    paragraph.has_default_weight = true;
  else if (*run.is_bold)
    paragraph.has_bold = true;
  else
    paragraph.has_light = true;
  bool is_fixed = run.is_monospaced.value_or(false);
  (is_fixed ? paragraph.has_fixed_pitch : paragraph.has_variable_pitch) = true;
}

Result<void> DocxBody::read_inline_children(Paragraph& paragraph) {
  return xml_.for_each_child([&](std::string_view name) { return read_inline(name, paragraph); });
}

Result<void> DocxBody::read_inline(std::string_view name, Paragraph& paragraph) {
  if (name == "r") return read_run(paragraph);
  if (name == "hyperlink") {
    add_link(paragraph.links, relations_.target(xml_.prefixed_attribute("id")));
    return read_inline_children(paragraph);
  }
  if (name == "fldSimple") {
    apply_field_code(paragraph, xml_.attribute("instr"));
    bool is_left_out = is_running_ && paragraph.has_page_number;
    return is_left_out ? Result<void>() : read_inline_children(paragraph);
  }
  if (is_wrapper(name)) return read_inline_children(paragraph);
  if (name == "oMath" || name == "oMathPara") return read_formula(name, paragraph);
  if (name == "sdt") {
    bool is_placeholder = false;
    return xml_.for_each_child([&](std::string_view part) -> Result<void> {
      if (part == "sdtPr")
        return xml_.for_each_child([&](std::string_view property) -> Result<void> {
          is_placeholder |= property == "showingPlcHdr" && is_switched_on(xml_);
          return {};
        });
      return part == "sdtContent" && !is_placeholder ? read_inline_children(paragraph)
                                                     : Result<void>();
    });
  }
  if (name == "AlternateContent") {
    bool is_read = false;
    return xml_.for_each_child([&](std::string_view) -> Result<void> {
      return std::exchange(is_read, true) ? Result<void>() : read_inline_children(paragraph);
    });
  }
  return {};
}

Result<void> DocxBody::read_run(Paragraph& paragraph) {
  Run run;
  return xml_.for_each_child(
      [&](std::string_view name) { return read_run_part(name, paragraph, run); });
}

Result<void> DocxBody::read_run_part(std::string_view name, Paragraph& paragraph, Run& run) {
  if (name == "t") {
    TRY(auto text, xml_.read_text());
    append(paragraph, text, run);
    return {};
  }
  if (name == "rPr") return read_run_properties(run);
  if (name == "tab" || name == "ptab") append(paragraph, "\t", run);
  if (name == "br") return read_break(paragraph, run);
  if (name == "cr") append(paragraph, "\n", run);
  if (name == "noBreakHyphen") append(paragraph, "-", run);
  if (name == "sym") append(paragraph, symbol_text(xml_.attribute("char")), run);
  if (name == "lastRenderedPageBreak" && has_text_on_page_) begin_page();
  if (name == "footnoteReference") attach_note(paragraph, document_.footnotes);
  if (name == "endnoteReference") attach_note(paragraph, document_.endnotes);
  if (name == "fldChar") return read_field_mark(paragraph);
  if (name == "instrText" && !fields_.empty()) {
    TRY(auto code, xml_.read_text());
    if (fields_.back().code.size() < field_code_bytes_max) fields_.back().code += code;
    return {};
  }
  if (name == "ruby") return read_inline_children(paragraph);
  if (name == "drawing" || name == "pict" || name == "object") {
    if (run.is_hidden) return {};
    std::string description;
    return read_drawing(paragraph, description);
  }
  if (name != "AlternateContent") return {};
  bool is_read = false;
  return xml_.for_each_child([&](std::string_view) -> Result<void> {
    if (std::exchange(is_read, true)) return {};
    return xml_.for_each_child(
        [&](std::string_view part) { return read_run_part(part, paragraph, run); });
  });
}

Result<void> DocxBody::read_run_properties(Run& run) {
  return xml_.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "b") run.is_bold = is_switched_on(xml_);
    if (name == "vanish") run.is_hidden = is_switched_on(xml_);
    if (name == "rFonts" && xml_.has_attribute("ascii")) {
      auto font = xml_.attribute("ascii");
      // Whole letters are written in Courier; only younger fonts tell that a paragraph is code.
      run.is_monospaced = is_monospaced_font(font) && !font.starts_with("Courier");
    }
    return {};
  });
}

Result<void> DocxBody::read_break(Paragraph& paragraph, const Run& run) {
  if (xml_.attribute("type") == "page")
    begin_page();
  else
    append(paragraph, "\n", run);
  return {};
}

Result<void> DocxBody::read_field_mark(Paragraph& paragraph) {
  auto type = xml_.attribute("fldCharType");
  if (type == "begin" && fields_.size() < fields_max) fields_.emplace_back();
  if (fields_.empty()) return {};
  if (type == "separate") {
    apply_field_code(paragraph, fields_.back().code);
    auto word = first_word(fields_.back().code);
    bool is_page_number = word == "PAGE" || word == "NUMPAGES" || word == "SECTIONPAGES";
    fields_.back().is_in_result = !is_running_ || !is_page_number;
  }
  if (type == "end") fields_.pop_back();
  return {};
}

void DocxBody::apply_field_code(Paragraph& paragraph, std::string_view code) {
  auto word = first_word(code);
  if (word == "HYPERLINK") add_link(paragraph.links, quoted_word(code));
  paragraph.has_page_number |= word == "PAGE" || word == "NUMPAGES" || word == "SECTIONPAGES";
}

void DocxBody::attach_note(Paragraph& paragraph, DocxNotes& notes) {
  auto note = notes.extract(std::string(xml_.attribute("id")));
  if (note.empty() || is_in_field_code()) return;
  note.mapped().page = page_;
  paragraph.attached.push_back({.block = std::move(note.mapped())});
}

Result<void> DocxBody::read_drawing(Paragraph& paragraph, std::string& description) {
  return xml_.for_each_child(
      [&](std::string_view name) { return read_drawing_part(name, paragraph, description); });
}

Result<void> DocxBody::read_drawing_part(std::string_view name, Paragraph& paragraph,
                                         std::string& description) {
  if (name == "docPr" || name == "cNvPr") {
    auto said = xml_.attribute("descr");
    if (said.empty()) said = xml_.attribute("title");
    if (!said.empty()) description = clean_description(said);
    return {};
  }
  if (name == "shape" && xml_.has_attribute("alt"))
    description = clean_description(xml_.attribute("alt"));
  if (name == "blip") {
    attach_image(paragraph, xml_.prefixed_attribute("embed"), std::exchange(description, {}));
    return {};
  }
  if (name == "imagedata") {
    attach_image(paragraph, xml_.prefixed_attribute("id"), std::exchange(description, {}));
    return {};
  }
  if (name == "chart") attach_part(paragraph, xml_.prefixed_attribute("id"), true);
  if (name == "relIds") attach_part(paragraph, xml_.prefixed_attribute("dm"), false);
  if (name == "Fallback") return {};
  if (name != "txbxContent") return read_drawing(paragraph, description);
  auto fields = std::exchange(fields_, {});
  TRY_VOID(read_blocks([&](OfficeBlock block) -> Result<void> {
    paragraph.attached.push_back(std::move(block));
    return {};
  }));
  fields_ = std::move(fields);
  return {};
}

void DocxBody::attach_image(Paragraph& paragraph, std::string_view relation,
                            std::string description) {
  const auto* image = relations_.find(relation);
  if (image == nullptr || image->is_external) return;
  paragraph.attached.push_back(
      {.block = {.kind = BlockKind::image, .page = page_, .text = std::move(description)},
       .image = image->target});
}

void DocxBody::attach_part(Paragraph& paragraph, std::string_view relation, bool is_chart) {
  const auto* part = relations_.find(relation);
  if (part == nullptr || part->is_external) return;
  if (!document_.seen_parts.insert(part->target).second) return;
  auto xml = document_.package.read_xml(part->target);
  if (!xml) return;
  auto blocks = is_chart ? read_chart(*xml, page_) : read_diagram(*xml, page_);
  for (auto& block : blocks) paragraph.attached.push_back(std::move(block));
}

// A formula in one line: fractions with "/", powers with "^".
Result<void> DocxBody::read_formula(std::string_view name, Paragraph& paragraph) {
  if (name == "t") {
    TRY(auto text, xml_.read_text());
    append(paragraph, text, {});
    return {};
  }
  if (name.ends_with("Pr") && name != "oMathPara") return {};
  append(paragraph, sign_before(name), {});
  return xml_.for_each_child([&](std::string_view part) { return read_formula(part, paragraph); });
}

}  // namespace aiva::documents
