#include "documents/formats/docx_styles.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "documents/clean_text.h"

namespace aiva::documents {
namespace {

constexpr int based_on_max = 32;
constexpr int body_text_level = 9;
constexpr std::size_t styles_max = 20000;
constexpr std::size_t name_bytes_max = 200;

// "heading 3" is 3; 0 where the name is another.
int level_in_name(std::string_view name) {
  constexpr std::array<std::string_view, 7> words = {"heading", "berschrift", "titre", "titolo",
                                                     "ttulo",   "rubrik",     "kop"};
  for (auto word : words) {
    auto at = name.find(word);
    if (at > 2) continue;
    auto rest = trim(name.substr(at + word.size()));
    if (rest.size() == 1 && rest[0] >= '1' && rest[0] <= '9') return std::min(rest[0] - '0', 6);
  }
  return 0;
}

bool has_any_of(std::string_view name, auto... words) { return (name.contains(words) || ...); }

bool is_code_name(std::string_view name) {
  return name == "code" || name == "macro text" ||
         has_any_of(name, "source code", "code block", "preformatted", "listing", "verbatim",
                    "program code", "codeblock");
}

bool is_quote_name(std::string_view name) {
  return name == "quote" || name == "intense quote" || name == "block text" ||
         has_any_of(name, "quotation", "blockquote", "block quote");
}

template <class T>
void inherit(std::optional<T>& own, const std::optional<T>& from) {
  if (!own) own = from;
}

Result<void> read_run_look(XmlReader& xml, DocxParagraphLook& look) {
  return xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "b") look.is_bold = is_switched_on(xml);
    if (name == "rFonts" && xml.has_attribute("ascii"))
      look.is_monospaced = is_monospaced_font(xml.attribute("ascii"));
    return {};
  });
}

Result<void> read_paragraph_look(XmlReader& xml, DocxParagraphLook& look) {
  return xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "outlineLvl") look.outline_level = number_attribute(xml, "val");
    if (name == "numPr") return read_number_properties(xml, look);
    return {};
  });
}

}  // namespace

bool is_switched_on(const XmlReader& xml) {
  auto value = xml.attribute("val");
  return value != "0" && value != "false" && value != "off";
}

std::optional<int> number_attribute(const XmlReader& xml, std::string_view name) {
  auto written = trim(xml.attribute(name));
  int value = 0;
  auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), value);
  return error == std::errc() && end != written.data() ? std::optional(value) : std::nullopt;
}

Result<void> read_number_properties(XmlReader& xml, DocxParagraphLook& look) {
  return xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "numId") look.number_id = number_attribute(xml, "val");
    if (name == "ilvl") look.list_level = number_attribute(xml, "val");
    return {};
  });
}

bool is_monospaced_font(std::string_view font) {
  auto name = to_lower_ascii(font.substr(0, name_bytes_max));
  return has_any_of(name, "courier", "consolas", "mono", "menlo", "lucida console", "cascadia",
                    "source code", "fira code", "inconsolata", "typewriter");
}

DocxStyles DocxStyles::parse(std::string_view text) {
  DocxStyles styles;
  XmlReader xml(text);
  std::ignore = styles.read(xml);
  for (const auto& [id, entry] : styles.entries_) styles.resolved_[id] = styles.resolve(id);
  return styles;
}

Result<void> DocxStyles::read(XmlReader& xml) {
  return xml.for_each_child([&](std::string_view) -> Result<void> {
    return xml.for_each_child([&](std::string_view name) -> Result<void> {
      if (name == "style" && entries_.size() < styles_max) return read_style(xml);
      if (name != "docDefaults") return {};
      return xml.for_each_child([&](std::string_view kind) -> Result<void> {
        if (kind != "rPrDefault") return {};
        return xml.for_each_child([&](std::string_view) -> Result<void> {
          DocxParagraphLook look;
          TRY_VOID(read_run_look(xml, look));
          is_all_monospaced_ = look.is_monospaced.value_or(false);
          return {};
        });
      });
    });
  });
}

Result<void> DocxStyles::read_style(XmlReader& xml) {
  std::string id(xml.attribute("styleId").substr(0, name_bytes_max));
  bool is_paragraph = xml.attribute("type") == "paragraph";
  auto is_default = xml.attribute("default");
  Entry entry;
  TRY_VOID(xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "name") entry.name = to_lower_ascii(xml.attribute("val").substr(0, name_bytes_max));
    if (name == "basedOn") entry.based_on = xml.attribute("val").substr(0, name_bytes_max);
    if (name == "pPr") return read_paragraph_look(xml, entry.look);
    if (name == "rPr") return read_run_look(xml, entry.look);
    if (name == "tblStylePr") entry.has_header_row |= xml.attribute("type") == "firstRow";
    return {};
  }));
  if (is_paragraph && (is_default == "1" || is_default == "true")) {
    default_id_ = id;
    is_all_monospaced_ |= entry.look.is_monospaced.value_or(false);
  }
  entries_.insert_or_assign(std::move(id), std::move(entry));
  return {};
}

DocxStyle DocxStyles::resolve(const std::string& id) const {
  DocxStyle style;
  int named_level = 0;
  bool is_title = false;
  auto at = entries_.find(id);
  for (int i = 0; i < based_on_max && at != entries_.end(); ++i) {
    const auto& entry = at->second;
    inherit(style.look.outline_level, entry.look.outline_level);
    inherit(style.look.number_id, entry.look.number_id);
    inherit(style.look.list_level, entry.look.list_level);
    inherit(style.look.is_bold, entry.look.is_bold);
    inherit(style.look.is_monospaced, entry.look.is_monospaced);
    if (named_level == 0) named_level = level_in_name(entry.name);
    is_title |= i == 0 && entry.name == "title";
    style.is_code |= is_code_name(entry.name);
    style.is_quote |= is_quote_name(entry.name);
    style.has_header_row |= entry.has_header_row;
    at = entries_.find(entry.based_on);
  }
  if (is_all_monospaced_) style.look.is_monospaced.reset();
  style.is_code |= style.look.is_monospaced.value_or(false);
  if (auto level = style.look.outline_level)
    style.heading_level = *level < body_text_level ? std::clamp(*level + 1, 1, 6) : 0;
  else
    style.heading_level = named_level;
  if (is_title) style.heading_level = 1;
  return style;
}

DocxStyle DocxStyles::find(std::string_view id) const {
  auto found = resolved_.find(id);
  if (found != resolved_.end()) return found->second;
  return {.heading_level = level_in_name(to_lower_ascii(id.substr(0, name_bytes_max)))};
}

}  // namespace aiva::documents
