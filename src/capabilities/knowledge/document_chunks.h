#pragma once

#include "capabilities/knowledge/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/database.h"

namespace aiva::knowledge {

// Which chunks of a document are wanted.
struct DocumentChunks {
  KnowledgeBaseId knowledge_base{};
  DocumentId document{};
  int on_page = 0;  // only those that stand on this page of the document, at least partly; 0: all
  PageRequest page{};  // the key of `after` is the index of a chunk
};

// The chunks that searches see of a document of the context's tenant, in their order; none when
// there is no such document. Fails with `invalid` for a page that cannot be.
Task<Result<PageOf<Chunk>>> list_document_chunks(Database& database, CallContext context,
                                                 DocumentChunks wanted);

}  // namespace aiva::knowledge
