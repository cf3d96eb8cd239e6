#include "documents/formats/docx_numbering.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

#include "documents/formats/docx_styles.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t lists_max = 50000;
constexpr std::size_t label_bytes_max = 64;
constexpr std::size_t style_bytes_max = 200;

NumberLook look_of(std::string_view format) {
  if (format == "upperRoman") return NumberLook::upper_roman;
  if (format == "lowerRoman") return NumberLook::lower_roman;
  if (format == "upperLetter") return NumberLook::upper_letter;
  if (format == "lowerLetter") return NumberLook::lower_letter;
  if (format == "decimalZero") return NumberLook::decimal_with_zero;
  if (format == "none") return NumberLook::none;
  return NumberLook::decimal;
}

std::optional<int> level_attribute(const XmlReader& xml) {
  auto level = number_attribute(xml, "ilvl");
  return level && *level >= 0 && *level < list_levels ? level : std::nullopt;
}

}  // namespace

DocxNumbering DocxNumbering::parse(std::string_view text) {
  DocxNumbering numbering;
  XmlReader xml(text);
  std::ignore = numbering.read(xml);
  return numbering;
}

Result<void> DocxNumbering::read(XmlReader& xml) {
  return xml.for_each_child([&](std::string_view) -> Result<void> {
    return xml.for_each_child([&](std::string_view name) -> Result<void> {
      if (name == "abstractNum" && abstracts_.size() < lists_max) return read_abstract(xml);
      if (name == "num" && lists_.size() < lists_max) return read_list(xml);
      return {};
    });
  });
}

Result<void> DocxNumbering::read_abstract(XmlReader& xml) {
  auto& list = abstracts_[number_attribute(xml, "abstractNumId").value_or(-1)];
  return xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "styleLink") list.style_link = xml.attribute("val").substr(0, style_bytes_max);
    if (name == "numStyleLink") list.number_style = xml.attribute("val").substr(0, style_bytes_max);
    auto level = name == "lvl" ? level_attribute(xml) : std::nullopt;
    if (!level) return {};
    TRY(list.levels.at(static_cast<std::size_t>(*level)), read_level(xml));
    return {};
  });
}

Result<DocxNumbering::Level> DocxNumbering::read_level(XmlReader& xml) {
  Level level;
  TRY_VOID(xml.for_each_child([&](std::string_view name) -> Result<void> {
    auto value = xml.attribute("val");
    if (name == "start")
      level.start = std::clamp(number_attribute(xml, "val").value_or(1), 0, 32767);
    if (name == "numFmt") {
      level.look = look_of(value);
      level.is_bullet = value == "bullet";
    }
    if (name == "lvlText") level.text = utf8_prefix(value, label_bytes_max);
    if (name == "pStyle") level.style = value.substr(0, style_bytes_max);
    return {};
  }));
  return level;
}

Result<void> DocxNumbering::read_list(XmlReader& xml) {
  auto& list = lists_[number_attribute(xml, "numId").value_or(-1)];
  return xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "abstractNumId") list.abstract_id = number_attribute(xml, "val").value_or(0);
    auto level = name == "lvlOverride" ? level_attribute(xml) : std::nullopt;
    if (!level) return {};
    return xml.for_each_child([&](std::string_view part) -> Result<void> {
      if (part == "startOverride") list.starts[*level] = number_attribute(xml, "val").value_or(1);
      if (part != "lvl") return {};
      TRY(list.levels[*level], read_level(xml));
      return {};
    });
  });
}

DocxNumbering::AbstractList* DocxNumbering::find_abstract(int id) {
  auto found = abstracts_.find(id);
  if (found == abstracts_.end()) return nullptr;
  const auto& style = found->second.number_style;
  if (style.empty()) return &found->second;
  auto linked = std::ranges::find_if(
      abstracts_, [&](const auto& entry) { return entry.second.style_link == style; });
  // Looked for once; the next item goes straight there.
  if (linked != abstracts_.end()) found->second.levels = linked->second.levels;
  found->second.number_style.clear();
  return &found->second;
}

const DocxNumbering::Level& DocxNumbering::level_of(const List& list, const AbstractList& abstract,
                                                    int level) {
  auto own = list.levels.find(level);
  return own != list.levels.end() ? own->second
                                  : abstract.levels.at(static_cast<std::size_t>(level));
}

std::optional<DocxLabel> DocxNumbering::next(int number_id, std::optional<int> level,
                                             std::string_view style_id) {
  auto found = lists_.find(number_id);
  if (found == lists_.end()) return std::nullopt;
  auto& list = found->second;
  auto* abstract = find_abstract(list.abstract_id);
  if (abstract == nullptr) return std::nullopt;
  for (int i = 0; i < list_levels && !level && !style_id.empty(); ++i)
    if (level_of(list, *abstract, i).style == style_id) level = i;
  int at = std::clamp(level.value_or(0), 0, list_levels - 1);
  if (!std::exchange(list.is_used, true))
    for (const auto& [restarted, number] : list.starts)
      abstract->counters.restart(restarted, number);
  abstract->counters.advance(at, level_of(list, *abstract, at).start);
  return DocxLabel{.level = at, .text = write_label(list, *abstract, at)};
}

std::string DocxNumbering::write_label(const List& list, const AbstractList& abstract, int level) {
  const auto& own = level_of(list, abstract, level);
  if (own.is_bullet) return {};
  std::string label;
  for (std::size_t i = 0; i < own.text.size(); ++i) {
    bool is_number = own.text[i] == '%' && i + 1 < own.text.size() && own.text[i + 1] >= '1' &&
                     own.text[i + 1] <= '9';
    if (!is_number) {
      label += own.text[i];
      continue;
    }
    int of = own.text[++i] - '1';
    const auto& counted = level_of(list, abstract, of);
    label += write_number(abstract.counters.at(of, counted.start), counted.look);
  }
  return label;
}

}  // namespace aiva::documents
