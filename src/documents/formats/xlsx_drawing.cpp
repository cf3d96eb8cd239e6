#include "documents/formats/xlsx_drawing.h"

#include <string_view>
#include <utility>

#include "documents/clean_text.h"
#include "documents/formats/drawing_parts.h"
#include "documents/xml/xml_reader.h"

namespace aiva::documents {
namespace {

constexpr std::size_t shape_bytes_max = 64 * 1024;
constexpr std::size_t parts_max = 2000;  // images and charts of one sheet

class DrawingReader {
 public:
  DrawingReader(const std::string& part, const Block& pattern, OpcPackage& package,
                TableRegions& regions, OfficeOutput& out)
      : relations_(package.read_relations(part)),
        pattern_(pattern),
        package_(package),
        regions_(regions),
        out_(out) {}

  Result<void> read(std::string_view text) {
    XmlReader xml(text);
    for (;;) {
      auto event = xml.next();
      if (!event || *event == XmlEvent::done) return {};
      auto name = xml.name();
      if (*event == XmlEvent::text && is_text_ && shape_.size() < shape_bytes_max)
        shape_ += xml.text();
      if (*event == XmlEvent::text) continue;
      bool is_start = *event == XmlEvent::start;
      if (name == "t") is_text_ = is_start;
      if (name == "p" && !is_start) shape_ += '\n';
      if (name == "sp" && !is_start) TRY_VOID(regions_.add_paragraph(std::exchange(shape_, {})));
      if (name == "blip" && is_start) TRY_VOID(add_image(xml.prefixed_attribute("embed")));
      if (name == "chart" && is_start) TRY_VOID(add_chart(xml.prefixed_attribute("id")));
    }
  }

 private:
  // The part an id points to; empty where there is none, or too many were looked at.
  std::string_view find_part(std::string_view id, std::string_view type) {
    const auto* relation = relations_.find(id);
    bool is_part = relation != nullptr && relation->type == type && !relation->is_external;
    return is_part && ++parts_ <= parts_max ? std::string_view(relation->target)
                                            : std::string_view();
  }

  Result<void> add_image(std::string_view id) {
    std::string image(find_part(id, "image"));
    if (image.empty()) return {};
    OfficeBlock block{.block = pattern_, .image = std::move(image)};
    block.block.kind = BlockKind::image;
    return out_.add(std::move(block));
  }

  Result<void> add_chart(std::string_view id) {
    auto target = find_part(id, "chart");
    if (target.empty()) return {};
    auto text = package_.read_xml(target);
    if (!text) return {};
    for (auto& block : read_chart(*text, pattern_.page)) {
      block.block.is_hidden = pattern_.is_hidden;
      TRY_VOID(regions_.begin_sheet());
      TRY_VOID(out_.add(std::move(block)));
    }
    return {};
  }

  OpcRelations relations_;
  const Block& pattern_;
  OpcPackage& package_;
  TableRegions& regions_;
  OfficeOutput& out_;
  std::string shape_;
  bool is_text_ = false;
  std::size_t parts_ = 0;
};

}  // namespace

Result<void> add_sheet_drawing(const std::string& part, const Block& pattern, OpcPackage& package,
                               TableRegions& regions, OfficeOutput& out) {
  auto text = package.read_xml(part);
  if (!text) return {};
  return DrawingReader(part, pattern, package, regions, out).read(*text);
}

}  // namespace aiva::documents
