#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "documents/archive/zip_reader.h"
#include "foundation/result.h"

namespace aiva::documents {

// A relationship of one part of a package (ECMA-376 part 2): an image of a page, a link's target.
struct OpcRelation {
  std::string id;        // as the part's XML refers to it ("rId3")
  std::string type;      // the last word of the type's URI: "image", "hyperlink", "slide"
  std::string target{};  // the name of a part, without a leading "/"; of an external one its URI
  bool is_external = false;
};

// The relationships of one part.
class OpcRelations {
 public:
  explicit OpcRelations(std::vector<OpcRelation> relations = {});
  [[nodiscard]] const std::vector<OpcRelation>& all() const { return relations_; }
  // By id, or the first of that type; null when there is none.
  [[nodiscard]] const OpcRelation* find(std::string_view id) const;
  [[nodiscard]] const OpcRelation* find_type(std::string_view type) const;
  // The part or URI `id` points to; empty when there is none.
  [[nodiscard]] std::string_view target(std::string_view id) const;

 private:
  std::vector<OpcRelation> relations_;  // sorted by id
};

// The zip package of an Office document: its parts and the relationships between them.
class OpcPackage {
 public:
  // `bytes` is borrowed. Fails as ZipReader::open does.
  static Result<OpcPackage> open(std::string_view bytes);

  // The name of the part the document begins with (word/document.xml); `invalid` when there is
  // none.
  Result<std::string> find_main_part();
  // The XML of a part as UTF-8; `not_found`, `invalid` or `too_large`.
  Result<std::string> read_xml(std::string_view part);
  // The relationships of a part, of the package itself where `part` is empty. None where the part
  // has no file of them or that file is damaged.
  OpcRelations read_relations(std::string_view part);
  // The title of the document's properties; empty when it has none.
  std::string read_title();

  [[nodiscard]] ZipReader& zip() { return zip_; }

 private:
  explicit OpcPackage(ZipReader zip) : zip_(std::move(zip)) {}

  ZipReader zip_;
};

}  // namespace aiva::documents
