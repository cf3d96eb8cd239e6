#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/knowledge/internal/documents_table.h"
#include "capabilities/knowledge/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::knowledge {

// A document with pages whose print is to be recognised.
struct PrintedDocument {
  Document document{};
  std::string object_key{};
  std::string obsolete_key{};  // of content that goes when this one is searched; often empty
  std::int64_t generation = 0;
  std::string pages{};  // those left: "3,4,7"
  int failures = 0;
  bool is_awaited = false;  // nothing of it is searched before its first recognised page
  ChunkSettings chunks{};
};

// What a batch of recognised pages leaves in the row.
struct RecognisedBatch {
  std::string pages_before{};
  std::string pages_left{};
  std::string processing_stats{};
  std::int64_t chunks_added = 0;
};

// What the rows know of pages whose print is to be recognised; lives inside one read or
// transaction.
class RecognitionTable {
 public:
  explicit RecognitionTable(SqlSession& sql) : sql_(sql) {}

  static std::string write_pages(std::span<const int> pages);
  static std::vector<int> read_pages(std::string_view text);

  // Nothing when the document is gone, has no such page, or is being read anew.
  Result<std::optional<PrintedDocument>> find(TenantId tenant, DocumentId id);
  // Takes recognised pages off the list of a document that is searched already; false: somebody
  // else did, or the document has changed.
  Result<bool> take_off(TenantId tenant, DocumentId id, std::int64_t generation,
                        const RecognisedBatch& batch, UnixMs now);
  // The same for a document that is still awaited, without making it searched.
  Result<bool> take_off_awaited(TenantId tenant, DocumentId id, std::int64_t generation,
                                const RecognisedBatch& batch, UnixMs now);
  // Counts a failure that may pass.
  Result<void> note_failure(TenantId tenant, DocumentId id, std::int64_t generation);
  // Puts the chunks of a document in the order of their pages.
  Result<void> order_chunks(KnowledgeBaseId base, DocumentId document);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::knowledge
