#include <set>
#include <utility>

#include "documents/formats/format.h"
#include "documents/formats/office_output.h"
#include "documents/formats/opc_package.h"
#include "documents/formats/pptx_slide.h"

namespace aiva::documents {
namespace {

// The parts of the slides, in the order they are shown.
Result<std::vector<std::string>> list_slides(OpcPackage& package, std::size_t slides_max) {
  TRY(auto part, package.find_main_part());
  TRY(auto text, package.read_xml(part));
  const auto relations = package.read_relations(part);
  std::vector<std::string> slides;
  std::set<std::string_view> seen;
  XmlReader xml(text);
  auto read = xml.for_each_child([&](std::string_view) -> Result<void> {
    return xml.for_each_child([&](std::string_view list) -> Result<void> {
      if (list != "sldIdLst") return {};
      return xml.for_each_child([&](std::string_view) -> Result<void> {
        const auto* slide = relations.find(xml.prefixed_attribute("id"));
        bool is_new = slide != nullptr && seen.insert(slide->target).second;
        if (is_new && slides.size() < slides_max) slides.push_back(slide->target);
        return {};
      });
    });
  });
  if (!read && slides.empty()) return fail(read.error());
  return slides;
}

class PptxFormat final : public Format {
 public:
  [[nodiscard]] FileFormat format() const override { return FileFormat::pptx; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    TRY(auto package, OpcPackage::open(bytes));
    TRY(auto slides, list_slides(package, static_cast<std::size_t>(out.limits().pages_max)));
    if (slides.empty()) return fail(ErrorCode::invalid, "The presentation has no slides");
    DocumentSummary summary{.title = package.read_title(),
                            .pages = static_cast<int>(slides.size())};
    PptxPresentation presentation{.package = package};
    OfficeOutput blocks(out, package.zip());
    for (std::size_t i = 0; i < slides.size(); ++i) {
      int page = static_cast<int>(i + 1);
      auto read = PptxSlide(presentation, page).read(slides[i], [&](OfficeBlock block) {
        return blocks.add(std::move(block));
      });
      if (!read && out.is_closed()) return fail(read.error());
      if (read)
        ++summary.pages_read;
      else if (summary.partial_reason.empty())
        summary.partial_reason = "Slide " + std::to_string(page) + ": " + read.error().message;
      TRY_VOID(blocks.flush());
      TRY_VOID(out.end_page(summary.pages_read, summary.pages));
    }
    if (out.blocks_added() == 0 && summary.pages_read == 0)
      return fail(ErrorCode::invalid, summary.partial_reason);
    return summary;
  }
};

}  // namespace

std::unique_ptr<Format> make_pptx_format() { return std::make_unique<PptxFormat>(); }

}  // namespace aiva::documents
