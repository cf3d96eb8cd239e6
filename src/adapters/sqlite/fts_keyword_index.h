#pragma once

#include <memory>
#include <string>

#include "foundation/ids.h"
#include "ports/database.h"
#include "ports/keyword_index.h"

namespace aiva {

// Keyword search by BM25 over the FTS5 table `chunk_keywords` (columns text, heading_path, scope),
// which triggers keep in step with `document_chunks` (rowid, id, tenant_id, kb_id).
std::unique_ptr<KeywordIndex> make_fts_keyword_index(Database& database);

// What the column `scope` holds for the chunks of a knowledge base: its id as one word.
std::string keyword_scope(KnowledgeBaseId knowledge_base);

}  // namespace aiva
