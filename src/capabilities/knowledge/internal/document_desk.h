#pragma once

#include <optional>
#include <string>
#include <vector>

#include "capabilities/knowledge/internal/core.h"
#include "capabilities/knowledge/internal/documents_table.h"
#include "capabilities/knowledge/internal/versions_table.h"
#include "capabilities/knowledge/knowledge.h"

namespace aiva::knowledge {

// Takes files in as new documents, as versions of old ones or as duplicates, and does what is asked
// of single documents.
class DocumentDesk {
 public:
  // `core` is borrowed.
  explicit DocumentDesk(Core& core) : core_(core) {}

  // What Knowledge::add_document promises; `base` is the knowledge base. The staged file is moved
  // or removed when it succeeds.
  Task<Result<AddedDocument>> add(CallContext context, KnowledgeBasePointer base,
                                  NewDocument document);
  // What Knowledge::act promises.
  Task<Result<void>> cancel(CallContext context, DocumentId id);
  Task<Result<void>> retry(CallContext context, DocumentId id);
  Task<Result<void>> remove(CallContext context, DocumentId id);
  // What DocumentWork promises; `is_patch` says that `metadata` only changes some members.
  Task<Result<Document>> set_metadata(CallContext context, DocumentId id, std::string metadata,
                                      bool is_patch);

 private:
  struct Arrival;
  struct Removal;

  Task<Result<std::optional<Document>>> find_duplicate(CallContext context, Arrival& arrival);
  Task<bool> is_orphan(CallContext context, std::string key);
  Result<void> admit(SqlSession& sql, Arrival& arrival);
  Result<bool> admit_version(SqlSession& sql, Arrival& arrival,
                             const std::vector<SourceDocument>& known);
  Result<void> admit_duplicate(SqlSession& sql, Arrival& arrival, const SourceDocument& known);
  Result<void> start_over(SqlSession& sql, Arrival& arrival, const SourceDocument& known);
  Result<void> go_back(SqlSession& sql, Arrival& arrival, const SourceDocument& known);
  Result<void> admit_next(SqlSession& sql, Arrival& arrival, const SourceDocument& known);
  Result<void> insert(SqlSession& sql, Arrival& arrival);
  Result<void> queue_ingestion(SqlSession& sql, TenantId tenant, DocumentId id,
                               bool is_refusable = false);
  Result<void> cancel_jobs(SqlSession& sql, DocumentId id);
  Result<void> set_metadata_row(SqlSession& sql, KnowledgeBaseId base, DocumentName document,
                                const std::string& metadata);
  Result<void> cancel_one(SqlSession& sql, TenantId tenant, DocumentId id, UnixMs now);
  Result<void> remove_one(SqlSession& sql, TenantId tenant, DocumentId id, Removal& removal);

  Core& core_;
};

}  // namespace aiva::knowledge
