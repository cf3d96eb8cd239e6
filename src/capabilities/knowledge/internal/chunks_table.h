#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/knowledge/document_chunks.h"
#include "capabilities/knowledge/types.h"
#include "foundation/result.h"
#include "ports/database.h"
#include "ports/passage_index.h"

namespace aiva::knowledge {

// A document whose chunks changed, and the version of its knowledge base that changed them last.
struct ChangedDocument {
  DocumentId id{};
  std::int64_t version = 0;
};

// Chunks of a document as an index wants them.
struct StoredPassages {
  std::vector<IndexedPassage> passages;
  std::int64_t row_last = 0;         // where to go on
  std::int64_t of_other_models = 0;  // passages whose vectors were left out
};

// The vectors of some chunks, borrowed: `values` holds `dimension` floats a chunk.
struct NewVectors {
  std::string_view model{};
  std::size_t dimension = 0;  // 0: there are none
  std::span<const float> values{};
  std::span<const std::string> text_sha256{};  // of what was embedded, one a chunk
};

// The rows of document_chunks and chunk_vectors; lives inside one read or transaction. Whoever
// changes chunks also starts a new version of the knowledge base.
class ChunksTable {
 public:
  explicit ChunksTable(SqlSession& sql) : sql_(sql) {}

  // Adds the chunks of one document with their vectors.
  Result<void> insert(TenantId tenant, std::span<const Chunk> chunks, const NewVectors& vectors,
                      UnixMs now);
  // Writes the vector that `model` made of the text of that hash for the tenant into `row`; says
  // whether there is one of that size.
  Result<bool> find_vector(TenantId tenant, std::string_view text_sha256, std::string_view model,
                           std::span<float> row);
  // Removes the document's chunks and answers how many there were.
  Result<std::int64_t> remove_of_document(KnowledgeBaseId base, DocumentId document);
  Result<void> remove_of_base(KnowledgeBaseId base);

  // The chunks of these ids in this order, without those that are gone or of another tenant.
  Result<std::vector<Chunk>> get(TenantId tenant, std::span<const ChunkId> ids);
  // The chunk and those up to `distance` before and after it in its document, in their order; none
  // when it is gone or of another tenant.
  Result<std::vector<Chunk>> around(TenantId tenant, ChunkId id, std::int64_t distance);
  // The chunks of a document in their order; of another tenant it has none.
  Result<PageOf<Chunk>> of_document(TenantId tenant, const DocumentChunks& wanted);
  Result<std::int64_t> count(KnowledgeBaseId base);
  Result<std::int64_t> count_vectors(KnowledgeBaseId base, std::string_view model);
  // Documents that changed after `last`, in the order of versions and ids; they may be gone.
  Result<std::vector<ChangedDocument>> changed_documents(KnowledgeBaseId base,
                                                         const ChangedDocument& last,
                                                         std::int64_t count_max);
  struct PassagePage {
    DocumentId document{};
    std::int64_t row_last = 0;  // of the page before
    std::int64_t count_max = 0;
    std::string model{};  // vectors of others, or of another dimension, are left out
    std::size_t dimension = 0;
  };
  // Some chunks of a document, with their vectors.
  Result<StoredPassages> passages(KnowledgeBaseId base, const PassagePage& page);

 private:
  Result<std::int64_t> count_rows(std::string_view sql, SqlSession::Parameters parameters);

  SqlSession& sql_;
};

}  // namespace aiva::knowledge
