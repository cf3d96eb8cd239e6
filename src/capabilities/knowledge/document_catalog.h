#pragma once

#include <memory>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/json.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/time.h"
#include "ports/database.h"

namespace aiva::knowledge {

// What searches may ask of a document.
struct CatalogEntry {
  DocumentId id{};
  UnixMs created_at = 0;
  json::Object metadata{};
};

using CatalogPointer = std::shared_ptr<const std::vector<CatalogEntry>>;  // shared by its readers

// The documents of knowledge bases that searches see.
class DocumentCatalog {
 public:
  virtual ~DocumentCatalog() = default;
  // As the rows are now; kept until the knowledge base has another version. Fails with `not_found`.
  virtual Task<Result<CatalogPointer>> of(CallContext context, KnowledgeBaseId base) = 0;
};

// `database` is borrowed.
std::unique_ptr<DocumentCatalog> make_document_catalog(Database& database);

}  // namespace aiva::knowledge
