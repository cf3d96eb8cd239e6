#include "capabilities/knowledge/internal/reindexing.h"

#include <utility>

#include "capabilities/knowledge/internal/documents_table.h"
#include "capabilities/knowledge/internal/ingestion_job.h"
#include "capabilities/knowledge/internal/retry.h"
#include "capabilities/knowledge/internal/versions_table.h"
#include "foundation/log.h"

namespace aiva::knowledge {
namespace {

constexpr std::int64_t documents_per_round = 200;
constexpr std::int64_t bases_per_round = 100;

}  // namespace

Task<Result<ReindexProgress>> Reindexing::start(CallContext context, KnowledgeBaseId id) {
  auto now = core_.parts.clock.unix_ms();
  auto writing =
      write(core_.parts.database, context, [&](SqlSession& sql) -> Result<ReindexProgress> {
        TRY(auto before, progress(sql, context.tenant, id));
        if (before.state == "running") return before;
        TRY_VOID(queue(sql, context.tenant, id, now));
        return progress(sql, context.tenant, id);
      });
  CO_TRY(auto reached, co_await std::move(writing));
  core_.parts.jobs.wake();
  core_.cache.invalidate(context.tenant, id);
  co_return reached;
}

Result<void> Reindexing::queue(SqlSession& sql, TenantId tenant, KnowledgeBaseId id, UnixMs now) {
  TRY_VOID(ReindexTable(sql).begin(tenant, id, now));
  TRY_VOID(core_.parts.jobs.cancel(sql, reindex_job_kind, id.to_string()));
  TRY_VOID(core_.parts.jobs.enqueue(sql, make_reindex_job(tenant, id)));
  return {};
}

Result<ReindexProgress> Reindexing::progress(SqlSession& sql, TenantId tenant, KnowledgeBaseId id) {
  return ReindexTable(sql).progress(tenant, id);
}

Task<Result<ReindexProgress>> Reindexing::cancel(CallContext context, KnowledgeBaseId id) {
  auto stopping = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY(auto before, progress(sql, context.tenant, id));
    TRY(auto left, ReindexTable(sql).being_reread(context.tenant, id, 1));
    if (before.state != "running" && left.empty())
      return fail(ErrorCode::conflict, "The knowledge base is not being re-indexed");
    TRY_VOID(ReindexTable(sql).set_cancelled(context.tenant, id));
    return core_.parts.jobs.cancel(sql, reindex_job_kind, id.to_string());
  });
  CO_TRY_VOID(co_await std::move(stopping));
  for (;;) {
    auto now = core_.parts.clock.unix_ms();
    std::vector<DocumentId> ended;
    auto ending = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
      TRY(ended, ReindexTable(sql).being_reread(context.tenant, id, documents_per_round));
      for (auto document : ended) {
        TRY_VOID(VersionsTable(sql).end_reread(context.tenant, document, now));
        TRY_VOID(core_.parts.jobs.cancel(sql, ingest_job_kind, document.to_string()));
        TRY_VOID(core_.parts.jobs.cancel(sql, recognise_job_kind, document.to_string()));
      }
      return {};
    });
    CO_TRY_VOID(co_await std::move(ending));
    for (auto document : ended) core_.tell_changed(context.tenant, id, document);
    if (ended.empty()) break;
  }
  auto reading = read(core_.parts.database, context,
                      [&](SqlSession& sql) { return progress(sql, context.tenant, id); });
  auto reached = co_await std::move(reading);
  co_return reached;
}

Task<Result<std::int64_t>> Reindexing::start_for_model(CallContext context) {
  auto& embedder = core_.parts.embedder;
  if (embedder.dimension() == 0) co_return 0;  // without an embedder nothing would come of it
  std::int64_t count = 0;
  for (;;) {
    auto now = core_.parts.clock.unix_ms();
    std::vector<BaseName> bases;
    auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
      ReindexTable table(sql);
      TRY(bases, table.bases_of_other_models(embedder.model(), bases_per_round));
      for (const auto& base : bases) {
        TRY_VOID(queue(sql, base.tenant, base.id, now));
        TRY_VOID(table.set_model(base.tenant, base.id, embedder.model()));
      }
      return {};
    });
    CO_TRY_VOID(co_await std::move(writing));
    for (const auto& base : bases) core_.cache.invalidate(base.tenant, base.id);
    count += static_cast<std::int64_t>(bases.size());
    if (static_cast<std::int64_t>(bases.size()) < bases_per_round) break;
  }
  if (count > 0) {
    core_.parts.jobs.wake();
    log::info("Knowledge bases are re-indexed for another embedding model",
              {{"knowledge_bases", count}, {"model", embedder.model()}});
  }
  co_return count;
}

Task<Result<JobOutcome>> Reindexing::run(CallContext context, Job job) {
  using Kind = JobOutcome::Kind;
  auto base = KnowledgeBaseId::parse(job.subject);
  if (!base || job.state == JobState::dead)
    co_return JobOutcome{Kind::dead, "The knowledge base could not be re-indexed"};
  std::vector<DocumentId> changed;
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) {
    changed.clear();
    return queue_documents(sql, job.tenant, *base, changed);
  });
  auto has_more = co_await std::move(writing);
  if (!has_more) {
    log::failure("Documents could not be queued to be read again", context, has_more.error());
    co_return JobOutcome{Kind::retry, has_more.error().message, database_retry};
  }
  core_.parts.jobs.wake();
  for (auto document : changed) core_.tell_changed(job.tenant, *base, document);
  co_return JobOutcome{};
}

// Whether there are more; then another job has been queued.
Result<bool> Reindexing::queue_documents(SqlSession& sql, TenantId tenant, KnowledgeBaseId id,
                                         std::vector<DocumentId>& changed) {
  ReindexTable table(sql);
  TRY(auto is_wanted, table.is_wanted(tenant, id));
  if (!is_wanted) return false;
  TRY(auto documents, table.next(tenant, id, documents_per_round));
  for (const auto& document : documents) {
    TRY_VOID(queue_document(sql, tenant, document));
    TRY_VOID(table.mark(tenant, id, document.id));
    changed.push_back(document.id);
  }
  if (static_cast<std::int64_t>(documents.size()) < documents_per_round) return false;
  TRY_VOID(core_.parts.jobs.enqueue(sql, make_reindex_job(tenant, id)));
  return true;
}

// What waits in the queue will be read with the new settings anyway; what is being read starts
// over; what never could be read stays as it is.
Result<void> Reindexing::queue_document(SqlSession& sql, TenantId tenant,
                                        const ReindexedDocument& document) {
  auto now = core_.parts.clock.unix_ms();
  if (document.status == DocumentStatus::queued || document.is_archive) return {};
  auto priority = ingestion_priority;
  if (document.status == DocumentStatus::completed) {
    priority = reindex_priority;
    TRY_VOID(ReindexTable(sql).read_again(tenant, document.id, now));
  } else if (!is_final(document.status)) {
    TRY_VOID(DocumentsTable(sql).put_in_queue(tenant, document.id, now));
  } else if (document.is_served) {
    TRY_VOID(DocumentsTable(sql).start_again(tenant, document.id, now));
  } else {
    return {};
  }
  auto subject = document.id.to_string();
  TRY_VOID(core_.parts.jobs.cancel(sql, ingest_job_kind, subject));
  TRY_VOID(core_.parts.jobs.cancel(sql, recognise_job_kind, subject));
  TRY_VOID(core_.parts.jobs.enqueue(sql, make_ingestion_job(tenant, document.id, priority)));
  return {};
}

}  // namespace aiva::knowledge
