#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/knowledge/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::knowledge {

// The vectors of a knowledge base as they stand in its rows.
struct StoredVectors {
  std::int64_t version = 0;
  std::vector<ChunkId> chunks;
  std::vector<float> values;         // chunks.size() * dimension
  std::int64_t of_other_models = 0;  // rows left out because another model made them
};

// The rows of document_chunks and chunk_vectors; lives inside one read or transaction. Whoever
// changes chunks also starts a new version of the knowledge base.
class ChunksTable {
 public:
  explicit ChunksTable(SqlSession& sql) : sql_(sql) {}

  // Adds the chunks of one document with their vectors: `values` holds chunks.size() * dimension
  // floats of `model`; without vectors when `dimension` is zero.
  Result<void> insert(TenantId tenant, std::span<const Chunk> chunks, std::string_view model,
                      std::size_t dimension, std::span<const float> values, UnixMs now);
  // Removes the document's chunks and answers their ids.
  Result<std::vector<ChunkId>> remove_of_document(KnowledgeBaseId base, DocumentId document);
  Result<void> remove_of_base(KnowledgeBaseId base);

  // The chunks of these ids in this order, without those that are gone or of another tenant.
  Result<std::vector<Chunk>> get(TenantId tenant, std::span<const ChunkId> ids);
  // The chunk and those up to `distance` before and after it in its document, in their order; none
  // when it is gone or of another tenant.
  Result<std::vector<Chunk>> around(TenantId tenant, ChunkId id, std::int64_t distance);
  Result<std::int64_t> count(KnowledgeBaseId base);
  Result<std::int64_t> count_vectors(KnowledgeBaseId base, std::string_view model);
  // All vectors of `model` and `dimension`.
  Result<StoredVectors> vectors(KnowledgeBaseId base, std::string_view model,
                                std::size_t dimension);

 private:
  Result<std::int64_t> count_rows(std::string_view sql, SqlSession::Parameters parameters);

  SqlSession& sql_;
};

}  // namespace aiva::knowledge
