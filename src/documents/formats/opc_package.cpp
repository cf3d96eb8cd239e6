#include "documents/formats/opc_package.h"

#include <algorithm>
#include <array>
#include <utility>

#include "documents/archive/part_names.h"
#include "documents/clean_text.h"
#include "documents/xml/xml_reader.h"

namespace aiva::documents {
namespace {

constexpr std::string_view ole_mark = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
constexpr std::size_t relations_max = 100000;

std::string_view last_segment(std::string_view uri) { return uri.substr(uri.rfind('/') + 1); }

std::string relations_part_of(std::string_view part) {
  auto slash = part.rfind('/');
  auto folder = slash == std::string_view::npos ? std::string_view() : part.substr(0, slash + 1);
  auto name = slash == std::string_view::npos ? part : part.substr(slash + 1);
  return std::string(folder) + "_rels/" + std::string(name) + ".rels";
}

// What came before damage is kept.
Result<void> parse_relations(std::string_view text, std::string_view part,
                             std::vector<OpcRelation>& out) {
  XmlReader xml(text);
  return xml.for_each_child([&](std::string_view) -> Result<void> {
    return xml.for_each_child([&](std::string_view name) -> Result<void> {
      if (name != "Relationship" || out.size() >= relations_max) return {};
      OpcRelation relation{.id = std::string(xml.attribute("Id")),
                           .type = std::string(last_segment(xml.attribute("Type"))),
                           .is_external = xml.attribute("TargetMode") == "External"};
      auto target = xml.attribute("Target");
      relation.target =
          relation.is_external ? std::string(trim(target)) : resolve_part_name(part, target);
      out.push_back(std::move(relation));
      return {};
    });
  });
}

}  // namespace

OpcRelations::OpcRelations(std::vector<OpcRelation> relations) : relations_(std::move(relations)) {
  std::ranges::sort(relations_, {}, &OpcRelation::id);
}

const OpcRelation* OpcRelations::find(std::string_view id) const {
  auto found = std::ranges::lower_bound(relations_, id, {}, &OpcRelation::id);
  return found != relations_.end() && found->id == id ? &*found : nullptr;
}

const OpcRelation* OpcRelations::find_type(std::string_view type) const {
  auto found = std::ranges::find(relations_, type, &OpcRelation::type);
  return found != relations_.end() ? &*found : nullptr;
}

std::string_view OpcRelations::target(std::string_view id) const {
  const auto* found = find(id);
  return found != nullptr ? std::string_view(found->target) : std::string_view();
}

Result<OpcPackage> OpcPackage::open(std::string_view bytes) {
  // Office puts an encrypted package into a container of the older kind (MS-OFFCRYPTO).
  if (bytes.starts_with(ole_mark))
    return fail(ErrorCode::invalid, "The document is protected with a password");
  TRY(auto zip, ZipReader::open(bytes));
  return OpcPackage(std::move(zip));
}

Result<std::string> OpcPackage::find_main_part() {
  const auto relations = read_relations("");
  const auto* main = relations.find_type("officeDocument");
  if (main != nullptr && zip_.find(main->target) != nullptr) return main->target;
  for (std::string_view usual : {"word/document.xml", "ppt/presentation.xml", "xl/workbook.xml"})
    if (zip_.find(usual) != nullptr) return std::string(usual);
  return fail(ErrorCode::invalid, "The document is damaged: its main part is missing");
}

Result<std::string> OpcPackage::read_xml(std::string_view part) {
  TRY(auto bytes, zip_.read(part, xml_bytes_max));
  return decode_xml(std::move(bytes));
}

OpcRelations OpcPackage::read_relations(std::string_view part) {
  std::vector<OpcRelation> relations;
  if (auto text = read_xml(relations_part_of(part)))
    std::ignore = parse_relations(*text, part, relations);
  return OpcRelations(std::move(relations));
}

std::string OpcPackage::read_title() {
  std::string title;
  const auto relations = read_relations("");
  const auto* properties = relations.find_type("core-properties");
  auto text = read_xml(properties != nullptr ? properties->target : "docProps/core.xml");
  if (!text) return title;
  XmlReader xml(*text);
  std::ignore = xml.for_each_child([&](std::string_view) -> Result<void> {
    return xml.for_each_child([&](std::string_view name) -> Result<void> {
      if (name != "title" || !title.empty()) return {};
      TRY(auto found, xml.read_text());
      title = clean_flowing_text(unwrap_lines(found));
      return {};
    });
  });
  return title;
}

}  // namespace aiva::documents
