#pragma once

#include <filesystem>
#include <string>

#include "capabilities/knowledge/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/database.h"
#include "ports/object_store.h"

namespace aiva::knowledge {

// The stored file of what searches see of a document.
struct DocumentFile {
  std::filesystem::path path{};  // a local readable copy, not to be changed
  std::string filename{};
  KnowledgeBaseId knowledge_base{};
};

// Fails with `not_found` where the tenant has no such document, or its file is gone.
Task<Result<DocumentFile>> find_document_file(Database& database, ObjectStore& objects,
                                              CallContext context, DocumentId id);

}  // namespace aiva::knowledge
