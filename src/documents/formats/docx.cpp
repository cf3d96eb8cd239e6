#include <algorithm>
#include <tuple>
#include <utility>

#include "documents/clean_text.h"
#include "documents/formats/docx_body.h"
#include "documents/formats/format.h"
#include "documents/formats/office_output.h"
#include "documents/formats/opc_package.h"

namespace aiva::documents {
namespace {

constexpr std::size_t running_parts_max = 100;

// The part of that relationship type as XML; empty where there is none or it is damaged.
std::string read_related(OpcPackage& package, const OpcRelations& relations,
                         std::string_view type) {
  const auto* relation = relations.find_type(type);
  return relation == nullptr ? std::string() : package.read_xml(relation->target).value_or("");
}

std::string part_of(const OpcRelations& relations, std::string_view type) {
  const auto* relation = relations.find_type(type);
  return relation == nullptr ? std::string() : relation->target;
}

// Reads a document part by part; what a damaged part yields before its damage stays.
class DocxReading {
 public:
  DocxReading(OpcPackage& package, BlockOutput& out)
      : document_{.package = package}, out_(out, package.zip()) {}

  Result<DocumentSummary> run() {
    auto& package = document_.package;
    TRY(auto part, package.find_main_part());
    TRY(auto text, package.read_xml(part));
    const auto relations = package.read_relations(part);
    document_.styles = DocxStyles::parse(read_related(package, relations, "styles"));
    document_.numbering = DocxNumbering::parse(read_related(package, relations, "numbering"));
    read_notes(part_of(relations, "footnotes"), document_.footnotes);
    read_notes(part_of(relations, "endnotes"), document_.endnotes);
    auto title = package.read_title();

    TRY_VOID(read_running_parts(relations, "header"));
    XmlReader xml(text);
    DocxBody body(document_, relations, xml);
    auto read = read_body(xml, body);
    last_page_ = body.page();
    if (out_.blocks().is_closed()) TRY_VOID(read);
    if (!read) {
      if (out_.blocks().blocks_added() == 0) return fail(read.error());
      damage_ = read.error().message;
    }
    TRY_VOID(read_running_parts(relations, "footer"));
    TRY_VOID(out_.flush());
    int pages_read = damage_.empty() ? last_page_ : last_page_ - 1;
    TRY_VOID(out_.blocks().end_page(pages_read, last_page_));
    return DocumentSummary{.title = std::move(title),
                           .pages = last_page_,
                           .pages_read = pages_read,
                           .partial_reason = damage_};
  }

 private:
  Result<void> take(OfficeBlock block) {
    block.block.page = std::max(block.block.page, page_);
    page_ = block.block.page;
    return out_.add(std::move(block));
  }

  Result<void> read_body(XmlReader& xml, DocxBody& body) {
    auto take_block = [this](OfficeBlock block) { return take(std::move(block)); };
    return xml.for_each_child([&](std::string_view) -> Result<void> {
      return xml.for_each_child([&](std::string_view name) -> Result<void> {
        return name == "body" ? body.read_blocks(take_block) : Result<void>();
      });
    });
  }

  // The separators between text and notes have a type; they are no notes.
  void read_notes(const std::string& part, DocxNotes& notes) {
    auto text = part.empty() ? std::string() : document_.package.read_xml(part).value_or("");
    const auto relations = document_.package.read_relations(part);
    XmlReader xml(text);
    std::ignore = xml.for_each_child([&](std::string_view) -> Result<void> {
      return xml.for_each_child([&](std::string_view) -> Result<void> {
        auto type = xml.attribute("type");
        if (!type.empty() && type != "normal") return {};
        auto& note = notes[std::string(xml.attribute("id"))];
        note.kind = BlockKind::footnote;
        return DocxBody(document_, relations, xml).read_blocks([&](OfficeBlock block) {
          auto line = flatten(block);
          if (!is_blank(line)) note.text.append(note.text.empty() ? "" : "\n").append(line);
          for (const auto& link : block.block.links) add_link(note.links, link);
          return Result<void>();
        });
      });
    });
  }

  // Headers or footers: each text once, however many sections show it.
  Result<void> read_running_parts(const OpcRelations& relations, std::string_view type) {
    std::size_t parts = 0;
    for (const auto& relation : relations.all()) {
      if (relation.type != type || relation.is_external || ++parts > running_parts_max) continue;
      auto text = document_.package.read_xml(relation.target);
      if (!text) continue;
      const auto own_relations = document_.package.read_relations(relation.target);
      XmlReader xml(*text);
      auto read = xml.for_each_child([&](std::string_view) -> Result<void> {
        return DocxBody(document_, own_relations, xml, true).read_blocks([&](OfficeBlock block) {
          return take_running(std::move(block));
        });
      });
      if (!read && out_.blocks().is_closed()) return read;
    }
    return {};
  }

  Result<void> take_running(OfficeBlock block) {
    block.block.page = page_;
    if (block.block.kind == BlockKind::heading) block.block.kind = BlockKind::paragraph;
    auto text = clean_flowing_text(flatten(block));
    bool is_new = block.image.empty() && running_texts_.insert(std::move(text)).second;
    return is_new ? take(std::move(block)) : Result<void>();
  }

  DocxDocument document_;
  OfficeOutput out_;
  std::set<std::string> running_texts_;
  std::string damage_;
  int page_ = 1;
  int last_page_ = 1;
};

class DocxFormat final : public Format {
 public:
  [[nodiscard]] FileFormat format() const override { return FileFormat::docx; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    TRY(auto package, OpcPackage::open(bytes));
    return DocxReading(package, out).run();
  }
};

}  // namespace

std::unique_ptr<Format> make_docx_format() { return std::make_unique<DocxFormat>(); }

}  // namespace aiva::documents
