#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/knowledge/knowledge.h"
#include "capabilities/knowledge/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::knowledge {

// A document somebody took over for ingestion, with what the ingestion needs to know.
struct TakenDocument {
  Document document{};
  std::string object_key{};    // of the content to be read
  std::string obsolete_key{};  // of content that goes when that has been read; often empty
  int version = 1;             // of the content to be read
  std::int64_t generation = 0;
  int failures = 0;
  bool is_reread = false;
  ChunkSettings chunks{};
};

// How far an ingestion is.
struct Progress {
  DocumentStatus status = DocumentStatus::processing;
  int percent = 0;
  std::string step{};
  std::int64_t total_chunks = 0;
  std::int64_t processed_chunks = 0;
};

// What an ingestion found out, as the completed row tells it.
struct CompletedDocument {
  std::string file_type{};
  std::string title{};
  std::string language{};  // empty: as it is known already
  int page_count = 0;
  bool is_partial = false;
  std::int64_t total_chunks = 0;
  std::string processing_stats{};
  std::string embedding_model{};
  std::string pages_to_recognise{};  // "3,4,7"
};

// Names a document of some tenant.
struct DocumentName {
  TenantId tenant{};
  DocumentId id{};
};

// The rows of documents; lives inside one read or transaction.
class DocumentsTable {
 public:
  explicit DocumentsTable(SqlSession& sql) : sql_(sql) {}

  // `source` tells which files are versions of one document.
  Result<void> insert(const Document& document, const std::string& object_key,
                      const std::string& source, UserId uploaded_by);
  // Fails with `not_found`.
  Result<Document> get(TenantId tenant, DocumentId id);
  Result<PageOf<Document>> list(TenantId tenant, KnowledgeBaseId base,
                                const Knowledge::DocumentFilter& filter);
  Result<bool> has_content(TenantId tenant, KnowledgeBaseId base, const std::string& sha256);
  // Where the document's files lie: the served one, and one that shall take its place. Fails with
  // `not_found`.
  Result<std::vector<std::string>> object_keys(TenantId tenant, DocumentId id);
  Result<std::vector<std::string>> object_keys(TenantId tenant, KnowledgeBaseId base);
  Result<bool> has_object(const std::string& object_key);
  Result<std::vector<DocumentId>> unfinished(TenantId tenant, KnowledgeBaseId base);
  // Of all tenants, in the order of their ids, those behind `after`.
  Result<std::vector<DocumentName>> unfinished(DocumentId after, std::int64_t count_max);
  // The counts of documents, bytes and pages.
  Result<BaseStatistics> statistics(TenantId tenant, KnowledgeBaseId base);
  Result<void> remove(TenantId tenant, DocumentId id);
  Result<void> remove_all(TenantId tenant, KnowledgeBaseId base);

  // Starts a new generation of a document that is in work; nothing when it is gone or has ended.
  Result<std::optional<TakenDocument>> take_over(TenantId tenant, DocumentId id, UnixMs now);
  // Each of these writes only while the document is in work under `generation`; false: it is not.
  Result<bool> tell(TenantId tenant, DocumentId id, std::int64_t generation,
                    const Progress& progress, UnixMs now);
  // The content that was read becomes what searches see.
  Result<bool> complete(TenantId tenant, DocumentId id, std::int64_t generation,
                        const CompletedDocument& completed, UnixMs now);
  // The document has nothing but print that must be recognised first.
  Result<bool> await_recognition(TenantId tenant, DocumentId id, std::int64_t generation,
                                 const CompletedDocument& read, UnixMs now);
  Result<bool> give_up(TenantId tenant, DocumentId id, std::int64_t generation,
                       const std::string& reason, UnixMs now);
  // Back to `queued`, `failures` temporary failures behind it.
  Result<bool> put_back(TenantId tenant, DocumentId id, std::int64_t generation, int failures,
                        const std::string& step, UnixMs now);
  // Ends a document in work as `status`, whoever works on it; false: it had ended.
  Result<bool> end(TenantId tenant, DocumentId id, DocumentStatus status, const std::string& reason,
                   UnixMs now);
  // Back to `queued` whoever worked on it, because nobody does any more; false: it had ended.
  Result<bool> put_in_queue(TenantId tenant, DocumentId id, UnixMs now);
  // Starts a failed or cancelled document afresh; false: it is neither.
  Result<bool> start_again(TenantId tenant, DocumentId id, UnixMs now);

 private:
  Result<bool> change_one(std::string_view sql, SqlSession::Parameters parameters);

  SqlSession& sql_;
};

}  // namespace aiva::knowledge
