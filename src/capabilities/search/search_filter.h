#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "capabilities/knowledge/document_catalog.h"
#include "foundation/error.h"
#include "foundation/ids.h"
#include "foundation/json.h"
#include "foundation/time.h"
#include "ports/passage_index.h"

namespace aiva::search {

// Which passages a search may answer with; everything that is set must hold.
struct SearchFilter {
  std::vector<DocumentId> documents{};  // empty: all; at most 1000
  std::vector<std::string> tags{};  // all of them in the list `tags` of the metadata; at most 20
  // Members of the document's metadata, at most 10: a text, number, flag or null it must be, or, in
  // a list, have; or an object of eq, ne, gt, gte, lt, lte (a value), in (a list of at most 100)
  // and exists (a flag). Texts compare by their bytes, as dates of ISO 8601 should.
  json::Object metadata{};
  std::optional<UnixMs> created_from{};  // when the document was handed in
  std::optional<UnixMs> created_until{};
  std::optional<int> page_min{};  // passages with some page in this range
  std::optional<int> page_max{};
  std::vector<PassageKind> kinds{};

  // Whether documents have to be looked at.
  [[nodiscard]] bool asks_documents() const {
    return !documents.empty() || !tags.empty() || !metadata.empty() || created_from ||
           created_until;
  }
  [[nodiscard]] bool is_open() const {
    return !asks_documents() && !page_min && !page_max && kinds.empty();
  }
};

// What is wrong with a filter, one entry a mistake; `filters.` stands before the names.
std::vector<FieldError> mistakes_of(const SearchFilter& filter);

// The documents a valid filter allows.
DocumentSet allowed_documents(const std::vector<knowledge::CatalogEntry>& catalog,
                              const SearchFilter& filter);

// Whether a document's metadata has what `wanted` (SearchFilter::metadata) says.
bool fits_metadata(const json::Object& metadata, const json::Object& wanted);
// Whether a document's metadata has all these tags.
bool has_tags(const json::Object& metadata, const std::vector<std::string>& tags);
// What is wrong with SearchFilter::metadata, which stands under `path`.
std::vector<FieldError> mistakes_of_metadata(const json::Object& wanted, const std::string& path);

}  // namespace aiva::search
