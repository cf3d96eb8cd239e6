#pragma once

#include "capabilities/knowledge/internal/core.h"
#include "capabilities/knowledge/internal/reindex_table.h"

namespace aiva::knowledge {

// Reads the documents of a knowledge base again, a few hundred queued at a time, while searches see
// what they held before.
class Reindexing {
 public:
  // `core` is borrowed.
  explicit Reindexing(Core& core) : core_(core) {}

  // What DocumentWork::reindex and cancel_reindex promise.
  Task<Result<ReindexProgress>> start(CallContext context, KnowledgeBaseId id);
  Task<Result<ReindexProgress>> cancel(CallContext context, KnowledgeBaseId id);
  // What DocumentWork::reindex_other_models promises.
  Task<Result<std::int64_t>> start_for_model(CallContext context);
  // Queues the next documents; the queue calls again while there are more.
  Task<Result<JobOutcome>> run(CallContext context, Job job);

  // Begins a re-index inside the caller's transaction, also when one is running: documents it has
  // come to already are read once more.
  Result<void> queue(SqlSession& sql, TenantId tenant, KnowledgeBaseId id, UnixMs now);
  Result<ReindexProgress> progress(SqlSession& sql, TenantId tenant, KnowledgeBaseId id);

 private:
  Result<bool> queue_documents(SqlSession& sql, TenantId tenant, KnowledgeBaseId id,
                               std::vector<DocumentId>& changed);
  Result<void> queue_document(SqlSession& sql, TenantId tenant, const ReindexedDocument& document);

  Core& core_;
};

}  // namespace aiva::knowledge
