#include "documents/formats/odf_styles.h"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "documents/clean_text.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr int parents_max = 32;
constexpr std::size_t styles_max = 50000;
constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t affix_bytes_max = 16;

int number_of(std::string_view written, int otherwise) {
  int value = otherwise;
  std::from_chars(written.data(), written.data() + written.size(), value);
  return value;
}

std::string key_of(std::string_view family, std::string_view name) {
  return std::string(family.substr(0, name_bytes_max)) + "/" +
         std::string(name.substr(0, name_bytes_max));
}

// Names write other characters than letters as their code: "Heading_20_1".
std::string shown_name(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    bool is_blank_code = name.substr(i, 4) == "_20_";
    out += is_blank_code ? ' ' : name[i];
    if (is_blank_code) i += 3;
  }
  return to_lower_ascii(out);
}

NumberLook look_of(std::string_view format) {
  if (format == "1") return NumberLook::decimal;
  if (format == "A") return NumberLook::upper_letter;
  if (format == "a") return NumberLook::lower_letter;
  if (format == "I") return NumberLook::upper_roman;
  if (format == "i") return NumberLook::lower_roman;
  return format.empty() ? NumberLook::none : NumberLook::decimal;
}

}  // namespace

void OdfStyles::read_file(std::string_view text) {
  XmlReader xml(text);
  std::ignore = xml.for_each_child([&](std::string_view) -> Result<void> {
    return xml.for_each_child([&](std::string_view name) -> Result<void> {
      return name == "styles" || name == "automatic-styles" ? read(xml) : Result<void>();
    });
  });
}

Result<void> OdfStyles::read(XmlReader& xml) {
  return xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (entries_.size() + lists_.size() >= styles_max) return {};
    if (name == "style") return read_style(xml);
    if (name == "list-style") return read_list_style(xml, xml.attribute("name"));
    if (name == "outline-style") return read_list_style(xml, outline_name);
    return {};
  });
}

Result<void> OdfStyles::read_style(XmlReader& xml) {
  Entry entry;
  auto family = xml.attribute("family");
  auto key = key_of(family, xml.attribute("name"));
  auto shown = xml.attribute("display-name");
  entry.name =
      shown_name((shown.empty() ? xml.attribute("name") : shown).substr(0, name_bytes_max));
  if (auto parent = xml.attribute("parent-style-name"); !parent.empty())
    entry.parent = key_of(family, parent);
  if (auto level = xml.attribute("default-outline-level"); !level.empty())
    entry.outline_level = number_of(level, 0);
  entry.list_style = xml.attribute("list-style-name").substr(0, name_bytes_max);
  // A paragraph that changes the kind of page begins a new one.
  if (!xml.attribute("master-page-name").empty()) entry.starts_page = true;
  TRY_VOID(xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "paragraph-properties" && xml.has_attribute("break-before"))
      entry.starts_page = xml.attribute("break-before") == "page";
    if (name == "text-properties" && xml.has_attribute("font-weight"))
      entry.is_bold = xml.attribute("font-weight") == "bold";
    if (name == "text-properties" && xml.has_attribute("display"))
      entry.is_hidden = xml.attribute("display") == "none";
    if (name == "drawing-page-properties" && xml.has_attribute("visibility"))
      entry.is_hidden = xml.attribute("visibility") == "hidden";
    return {};
  }));
  entries_.insert_or_assign(std::move(key), std::move(entry));
  return {};
}

Result<void> OdfStyles::read_list_style(XmlReader& xml, std::string_view name) {
  OdfListStyle style;
  TRY_VOID(xml.for_each_child([&](std::string_view kind) -> Result<void> {
    int level = number_of(xml.attribute("level"), 0) - 1;
    if (level < 0 || level >= list_levels || kind == "list-level-style-bullet") return {};
    style.at(static_cast<std::size_t>(level)) = {
        .look = look_of(xml.attribute("num-format")),
        .prefix = std::string(utf8_prefix(xml.attribute("num-prefix"), affix_bytes_max)),
        .suffix = std::string(utf8_prefix(xml.attribute("num-suffix"), affix_bytes_max)),
        .shown_levels = std::clamp(number_of(xml.attribute("display-levels"), 1), 1, list_levels),
        .start = std::clamp(number_of(xml.attribute("start-value"), 1), 0, 32767)};
    return {};
  }));
  lists_.insert_or_assign(std::string(name.substr(0, name_bytes_max)), std::move(style));
  return {};
}

OdfStyle OdfStyles::resolve(std::string_view family, const std::string& key) const {
  OdfStyle style;
  std::optional<int> level;
  std::optional<bool> is_bold;
  std::optional<bool> is_hidden;
  bool is_first = true;
  auto at = entries_.find(key);
  for (int i = 0; i < parents_max && at != entries_.end(); ++i) {
    const auto& entry = at->second;
    if (!level) level = entry.outline_level;
    if (!is_bold) is_bold = entry.is_bold;
    if (!is_hidden) is_hidden = entry.is_hidden;
    // A break before the style it is based on would hold for all paragraphs; only its own counts.
    if (std::exchange(is_first, false)) style.starts_page = entry.starts_page.value_or(false);
    if (style.list_style.empty()) style.list_style = entry.list_style;
    style.is_title |= entry.name == "title";
    style.is_code |= entry.name.contains("preformatted") || entry.name.contains("source code") ||
                     entry.name == "code" || entry.name.contains("listing");
    style.is_quote |= entry.name.contains("quotation") || entry.name == "quote";
    at = entries_.find(entry.parent);
  }
  style.is_bold = is_bold.value_or(false);
  style.is_hidden = is_hidden.value_or(false);
  if (family == "paragraph" && level) style.heading_level = std::clamp(*level, 0, 6);
  return style;
}

const OdfStyle& OdfStyles::find(std::string_view family, std::string_view name) {
  auto key = key_of(family, name);
  auto found = resolved_.find(key);
  if (found == resolved_.end()) {
    auto style = resolve(family, key);
    // Names that no style has are not kept: there may be any number of them.
    if (!entries_.contains(key)) key.clear();
    found = resolved_.insert_or_assign(std::move(key), std::move(style)).first;
  }
  return found->second;
}

const OdfListStyle* OdfStyles::find_list(std::string_view name) const {
  auto found = lists_.find(name);
  return found == lists_.end() ? nullptr : &found->second;
}

}  // namespace aiva::documents
