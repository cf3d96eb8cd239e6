#include "capabilities/knowledge/housekeeping.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/knowledge/internal/documents_table.h"
#include "capabilities/knowledge/internal/ingestion_job.h"
#include "capabilities/knowledge/internal/knowledge_bases_table.h"
#include "foundation/log.h"

namespace aiva::knowledge {
namespace {

constexpr std::int64_t documents_per_round = 500;
constexpr std::size_t files_per_round = 1000;
constexpr auto file_age_least = std::chrono::hours(1);

class RowHousekeeping final : public Housekeeping {
 public:
  explicit RowHousekeeping(HousekeepingParts parts) : parts_(parts) {}

  Task<Result<std::int64_t>> requeue_stranded(CallContext context) override;
  Task<Result<std::int64_t>> sweep_files(CallContext context) override;
  Task<Result<std::int64_t>> sweep_indexes(CallContext context) override;

 private:
  Result<std::vector<DocumentId>> requeue_round(SqlSession& sql, UnixMs now, DocumentId& after);
  Task<Result<std::int64_t>> sweep_round(CallContext context, std::vector<ObjectEntry> files);

  HousekeepingParts parts_;
};

Task<Result<std::int64_t>> RowHousekeeping::requeue_stranded(CallContext context) {
  std::int64_t count = 0;
  DocumentId after;
  for (;;) {
    auto now = parts_.clock.unix_ms();
    auto begin = after;
    auto writing = write(parts_.database, context, [&](SqlSession& sql) {
      after = begin;
      return requeue_round(sql, now, after);
    });
    CO_TRY(auto requeued, co_await std::move(writing));
    count += static_cast<std::int64_t>(requeued.size());
    for (auto document : requeued)
      if (parts_.events != nullptr) parts_.events->publish(document);
    if (after == begin) break;
  }
  if (count > 0) {
    parts_.jobs.wake();
    log::warn("Documents without a job were queued again", {{"documents", count}});
  }
  co_return count;
}

// Looks at the next documents in work behind `after`, which moves on; it stays where it is at the
// end.
Result<std::vector<DocumentId>> RowHousekeeping::requeue_round(SqlSession& sql, UnixMs now,
                                                               DocumentId& after) {
  DocumentsTable documents(sql);
  TRY(auto unfinished, documents.unfinished(after, documents_per_round));
  std::vector<DocumentId> requeued;
  for (const auto& name : unfinished) {
    after = name.id;
    auto subject = name.id.to_string();
    TRY(auto has_job, parts_.jobs.is_pending(sql, ingest_job_kind, subject));
    if (has_job) continue;
    TRY(auto is_recognising, parts_.jobs.is_pending(sql, recognise_job_kind, subject));
    if (is_recognising) continue;
    TRY_VOID(documents.put_in_queue(name.tenant, name.id, now));
    TRY_VOID(parts_.jobs.enqueue(sql, make_ingestion_job(name.tenant, name.id)));
    requeued.push_back(name.id);
  }
  return requeued;
}

Task<Result<std::int64_t>> RowHousekeeping::sweep_files(CallContext context) {
  std::int64_t count = 0;
  std::string after;
  for (;;) {
    auto listing = parts_.objects.list(context, document_key_prefix, after, files_per_round);
    CO_TRY(auto files, co_await std::move(listing));
    if (files.empty()) break;
    after = files.back().key;
    auto round = sweep_round(context, std::move(files));
    CO_TRY(auto removed, co_await std::move(round));
    count += removed;
  }
  if (count > 0) log::info("Files without a document were removed", {{"files", count}});
  co_return count;
}

Task<Result<std::int64_t>> RowHousekeeping::sweep_round(CallContext context,
                                                        std::vector<ObjectEntry> files) {
  auto oldest_kept = parts_.clock.unix_ms() -
                     std::chrono::duration_cast<std::chrono::milliseconds>(file_age_least).count();
  std::erase_if(files, [&](const ObjectEntry& file) { return file.modified_at >= oldest_kept; });
  std::vector<std::string> orphans;
  // A replica that is behind would have files removed whose rows it does not know yet.
  auto reading = read_latest(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    DocumentsTable documents(sql);
    for (const auto& file : files) {
      TRY(auto has_row, documents.has_object(file.key));
      if (!has_row) orphans.push_back(file.key);
    }
    return {};
  });
  CO_TRY_VOID(co_await std::move(reading));
  for (const auto& key : orphans) {
    auto removing = parts_.objects.remove(context, key);
    CO_TRY_VOID(co_await std::move(removing));
  }
  co_return static_cast<std::int64_t>(orphans.size());
}

// A knowledge base has rows before it has an index, so one listed without rows has lost them.
Task<Result<std::int64_t>> RowHousekeeping::sweep_indexes(CallContext context) {
  auto listing = parts_.index.list(context);
  CO_TRY(auto bases, co_await std::move(listing));
  std::vector<KnowledgeBaseId> orphans;
  auto reading = read(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    for (auto base : bases) {
      TRY(auto has_row, KnowledgeBasesTable(sql).exists(base));
      if (!has_row) orphans.push_back(base);
    }
    return {};
  });
  CO_TRY_VOID(co_await std::move(reading));
  for (auto base : orphans) parts_.index.erase(base);
  auto count = static_cast<std::int64_t>(orphans.size());
  if (count > 0) log::info("Indexes without a knowledge base were erased", {{"indexes", count}});
  co_return count;
}

}  // namespace

std::unique_ptr<Housekeeping> make_housekeeping(HousekeepingParts parts) {
  return std::make_unique<RowHousekeeping>(parts);
}

}  // namespace aiva::knowledge
