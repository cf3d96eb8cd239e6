#include "capabilities/knowledge/knowledge.h"

#include <utility>

#include "capabilities/knowledge/internal/base_cache.h"
#include "capabilities/knowledge/internal/chunks_table.h"
#include "capabilities/knowledge/internal/documents_table.h"
#include "capabilities/knowledge/internal/index_keeper.h"
#include "capabilities/knowledge/internal/ingestion.h"
#include "capabilities/knowledge/internal/ingestion_job.h"
#include "capabilities/knowledge/internal/knowledge_bases_table.h"
#include "capabilities/knowledge/internal/validation.h"
#include "foundation/log.h"

namespace aiva::knowledge {
namespace {

constexpr std::chrono::minutes clean_up_time_max{2};
constexpr std::size_t chunks_per_call_max = 1000;

// For what has to be cleaned up although the caller may be gone.
CallContext cleaning_up(CallContext context) {
  context.cancellation = {};
  context.deadline = std::chrono::steady_clock::now() + clean_up_time_max;
  return context;
}

class RowKnowledge final : public Knowledge {
 public:
  RowKnowledge(const KnowledgeParts& parts, const KnowledgeSettings& settings)
      : parts_(parts),
        settings_(settings),
        index_(parts.database, parts.vectors, parts.embedder, parts.metrics),
        ingestion_(parts_, settings_, cache_, index_) {}

  Task<Result<KnowledgeBasePointer>> create(CallContext context, NewKnowledgeBase base) override;
  Task<Result<KnowledgeBasePointer>> get(CallContext context, KnowledgeBaseId id) override;
  Task<Result<KnowledgeBasePagePointer>> list(CallContext context, ListFilter filter) override;
  Task<Result<KnowledgeBasePointer>> update(CallContext context, KnowledgeBaseId id,
                                            KnowledgeBaseChange change) override;
  Task<Result<BaseStatistics>> statistics(CallContext context, KnowledgeBaseId id) override;
  Task<Result<void>> remove(CallContext context, KnowledgeBaseId id) override;
  Task<Result<Document>> add_document(CallContext context, KnowledgeBaseId id,
                                      NewDocument document) override;
  Task<Result<Document>> document(CallContext context, DocumentId id) override;
  Task<Result<PageOf<Document>>> documents(CallContext context, KnowledgeBaseId id,
                                           DocumentFilter filter) override;
  Task<Result<void>> act(CallContext context, DocumentId id, DocumentAction action) override;
  Task<Result<std::vector<Chunk>>> chunks(CallContext context, std::vector<ChunkId> ids) override;
  Task<Result<void>> ensure_indexed(CallContext context, KnowledgeBaseId id) override;
  Task<Result<JobOutcome>> ingest(CallContext context, Job job) override;

 private:
  Result<void> insert_document(SqlSession& sql, const Document& document,
                               const std::string& object_key, UserId uploaded_by,
                               bool is_duplicate_allowed);
  Task<Result<void>> cancel(CallContext context, DocumentId id);
  Task<Result<void>> retry(CallContext context, DocumentId id);
  Task<Result<void>> remove_document(CallContext context, DocumentId id);
  Task<void> remove_objects(CallContext context, std::vector<std::string> keys);
  void tell_changed(TenantId tenant, KnowledgeBaseId base, DocumentId document);

  KnowledgeParts parts_;
  KnowledgeSettings settings_;
  BaseCache cache_;
  IndexKeeper index_;
  Ingestion ingestion_;
};

Task<Result<KnowledgeBasePointer>> RowKnowledge::create(CallContext context,
                                                        NewKnowledgeBase base) {
  CO_TRY(auto checked, check_new_base(std::move(base)));
  checked.id = KnowledgeBaseId::make();
  checked.tenant = context.tenant;
  checked.created_at = parts_.clock.unix_ms();
  checked.updated_at = checked.created_at;
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<KnowledgeBase> {
    KnowledgeBasesTable table(sql);
    TRY(auto count, table.count(checked.tenant));
    if (count >= settings_.bases_per_tenant_max)
      return fail(ErrorCode::too_large, "The tenant has the most knowledge bases allowed");
    TRY_VOID(table.insert(checked));
    return table.get(checked.tenant, checked.id);
  });
  CO_TRY(auto stored, co_await std::move(writing));
  cache_.invalidate(stored.tenant, stored.id);
  co_return std::make_shared<const KnowledgeBase>(std::move(stored));
}

Task<Result<KnowledgeBasePointer>> RowKnowledge::get(CallContext context, KnowledgeBaseId id) {
  if (auto cached = cache_.get(context.tenant, id)) co_return cached;
  auto epoch = cache_.epoch();
  auto reading = read(parts_.database, context, [&](SqlSession& sql) {
    return KnowledgeBasesTable(sql).get(context.tenant, id);
  });
  CO_TRY(auto base, co_await std::move(reading));
  KnowledgeBasePointer pointer = std::make_shared<const KnowledgeBase>(std::move(base));
  cache_.put(epoch, pointer);
  co_return pointer;
}

Task<Result<KnowledgeBasePagePointer>> RowKnowledge::list(CallContext context, ListFilter filter) {
  CO_TRY_VOID(check_filter(filter));
  if (auto cached = cache_.get(context.tenant, filter)) co_return cached;
  auto epoch = cache_.epoch();
  auto reading = read(parts_.database, context, [&](SqlSession& sql) {
    return KnowledgeBasesTable(sql).list(context.tenant, filter);
  });
  CO_TRY(auto page, co_await std::move(reading));
  KnowledgeBasePagePointer pointer = std::make_shared<const PageOf<KnowledgeBase>>(std::move(page));
  cache_.put(epoch, context.tenant, filter, pointer);
  co_return pointer;
}

Task<Result<KnowledgeBasePointer>> RowKnowledge::update(CallContext context, KnowledgeBaseId id,
                                                        KnowledgeBaseChange change) {
  auto now = parts_.clock.unix_ms();
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<KnowledgeBase> {
    KnowledgeBasesTable table(sql);
    TRY(auto base, table.get(context.tenant, id));
    TRY_VOID(apply_change(base, change));
    base.updated_at = now;
    TRY_VOID(table.update(base));
    return base;
  });
  CO_TRY(auto base, co_await std::move(writing));
  cache_.invalidate(context.tenant, id);
  co_return std::make_shared<const KnowledgeBase>(std::move(base));
}

Task<Result<BaseStatistics>> RowKnowledge::statistics(CallContext context, KnowledgeBaseId id) {
  auto reading = read(parts_.database, context, [&](SqlSession& sql) -> Result<BaseStatistics> {
    TRY_VOID(KnowledgeBasesTable(sql).version(context.tenant, id));
    TRY(auto statistics, DocumentsTable(sql).statistics(context.tenant, id));
    ChunksTable chunks(sql);
    TRY(statistics.chunks, chunks.count(id));
    TRY(statistics.vectors, chunks.count_vectors(id, parts_.embedder.model()));
    return statistics;
  });
  CO_TRY(auto statistics, co_await std::move(reading));
  statistics.embedding_model = parts_.embedder.model();
  statistics.vector_dimension = parts_.embedder.dimension();
  co_return statistics;
}

Task<Result<void>> RowKnowledge::remove(CallContext context, KnowledgeBaseId id) {
  std::vector<std::string> keys;
  std::vector<DocumentId> unfinished;
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(KnowledgeBasesTable(sql).version(context.tenant, id));
    DocumentsTable documents(sql);
    TRY(keys, documents.object_keys(context.tenant, id));
    TRY(unfinished, documents.unfinished(context.tenant, id));
    for (auto document : unfinished)
      TRY_VOID(parts_.jobs.cancel(sql, ingest_job_kind, document.to_string()));
    TRY_VOID(ChunksTable(sql).remove_of_base(id));
    TRY_VOID(documents.remove_all(context.tenant, id));
    return KnowledgeBasesTable(sql).remove(context.tenant, id);
  });
  CO_TRY_VOID(co_await std::move(writing));
  cache_.invalidate(context.tenant, id);
  index_.drop(id);
  for (auto document : unfinished)
    if (parts_.events != nullptr) parts_.events->publish(document);
  auto removing = remove_objects(cleaning_up(context), std::move(keys));
  co_await std::move(removing);
  co_return Result<void>{};
}

Task<Result<Document>> RowKnowledge::add_document(CallContext context, KnowledgeBaseId id,
                                                  NewDocument document) {
  auto getting = get(context, id);
  CO_TRY(auto base, co_await std::move(getting));
  if (base->status == "inactive")
    co_return fail(ErrorCode::conflict, "The knowledge base is inactive");
  CO_TRY(auto checked, check_new_document(std::move(document), settings_.document_bytes_max));
  auto gate = parts_.billing.require(context, context.tenant, settings_.upload_balance_least);
  CO_TRY_VOID(co_await std::move(gate));

  Document row{.id = DocumentId::make(),
               .knowledge_base = id,
               .tenant = context.tenant,
               .filename = checked.filename,
               .file_type = std::string(file_type_of(checked.filename)),
               .file_size_bytes = checked.size_bytes,
               .content_sha256 = checked.content_sha256,
               .current_step = "Waiting",
               .metadata = checked.metadata,
               .created_at = parts_.clock.unix_ms()};
  row.updated_at = row.created_at;
  auto key = document_key(context.tenant, row.id);
  // The file comes first: a row whose file is missing would be a lost upload, a file without a row
  // is only swept away later.
  auto putting = parts_.objects.put_file(context, key, checked.staged_path);
  CO_TRY_VOID(co_await std::move(putting));
  auto is_duplicate_allowed = !rejects_duplicates(checked);
  auto writing = write(parts_.database, context, [&](SqlSession& sql) {
    return insert_document(sql, row, key, context.user, is_duplicate_allowed);
  });
  auto written = co_await std::move(writing);
  if (!written) {
    auto removing = remove_objects(cleaning_up(context), {key});
    co_await std::move(removing);
    co_return fail(std::move(written.error()));
  }
  parts_.jobs.wake();
  tell_changed(context.tenant, id, row.id);
  co_return row;
}

Result<void> RowKnowledge::insert_document(SqlSession& sql, const Document& document,
                                           const std::string& object_key, UserId uploaded_by,
                                           bool is_duplicate_allowed) {
  KnowledgeBasesTable bases(sql);
  TRY(auto base, bases.get(document.tenant, document.knowledge_base));
  if (base.document_count >= settings_.documents_per_base_max)
    return fail(ErrorCode::too_large, "The knowledge base has the most documents allowed");
  DocumentsTable documents(sql);
  if (!is_duplicate_allowed) {
    TRY(auto is_there,
        documents.has_content(document.tenant, document.knowledge_base, document.content_sha256));
    if (is_there)
      return fail(ErrorCode::conflict, "The knowledge base has a document of the same content");
  }
  TRY_VOID(bases.add_documents(document.tenant, document.knowledge_base, 1, document.created_at));
  TRY_VOID(documents.insert(document, object_key, uploaded_by));
  TRY_VOID(parts_.jobs.enqueue(sql, make_ingestion_job(document.tenant, document.id)));
  return {};
}

Task<Result<Document>> RowKnowledge::document(CallContext context, DocumentId id) {
  auto reading = read(parts_.database, context,
                      [&](SqlSession& sql) { return DocumentsTable(sql).get(context.tenant, id); });
  auto document = co_await std::move(reading);
  co_return document;
}

Task<Result<PageOf<Document>>> RowKnowledge::documents(CallContext context, KnowledgeBaseId id,
                                                       DocumentFilter filter) {
  CO_TRY_VOID(check_page(filter.page));
  auto reading = read(parts_.database, context, [&](SqlSession& sql) -> Result<PageOf<Document>> {
    TRY_VOID(KnowledgeBasesTable(sql).version(context.tenant, id));
    return DocumentsTable(sql).list(context.tenant, id, filter);
  });
  auto page = co_await std::move(reading);
  co_return page;
}

Task<Result<void>> RowKnowledge::act(CallContext context, DocumentId id, DocumentAction action) {
  auto start_action = [&]() -> Task<Result<void>> {
    switch (action) {
      case DocumentAction::cancel: return cancel(context, id);
      case DocumentAction::retry: return retry(context, id);
      case DocumentAction::remove: return remove_document(context, id);
    }
    return cancel(context, id);
  };
  auto acting = start_action();
  auto outcome = co_await std::move(acting);
  co_return outcome;
}

Task<Result<void>> RowKnowledge::cancel(CallContext context, DocumentId id) {
  auto now = parts_.clock.unix_ms();
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<KnowledgeBaseId> {
    DocumentsTable documents(sql);
    TRY(auto document, documents.get(context.tenant, id));
    TRY(auto was_in_work,
        documents.end(context.tenant, id, DocumentStatus::cancelled, "Cancelled", now));
    if (!was_in_work)
      return fail(ErrorCode::conflict,
                  "The document is " + std::string(to_string(document.status)) + " already");
    TRY_VOID(parts_.jobs.cancel(sql, ingest_job_kind, id.to_string()));
    return document.knowledge_base;
  });
  CO_TRY(auto base, co_await std::move(writing));
  tell_changed(context.tenant, base, id);
  co_return Result<void>{};
}

Task<Result<void>> RowKnowledge::retry(CallContext context, DocumentId id) {
  auto now = parts_.clock.unix_ms();
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<KnowledgeBaseId> {
    DocumentsTable documents(sql);
    TRY(auto document, documents.get(context.tenant, id));
    TRY(auto is_started, documents.start_again(context.tenant, id, now));
    if (!is_started)
      return fail(ErrorCode::conflict, "The document is " +
                                           std::string(to_string(document.status)) +
                                           "; only a failed or cancelled one can be retried");
    TRY_VOID(parts_.jobs.cancel(sql, ingest_job_kind, id.to_string()));
    TRY_VOID(parts_.jobs.enqueue(sql, make_ingestion_job(context.tenant, id)));
    return document.knowledge_base;
  });
  CO_TRY(auto base, co_await std::move(writing));
  parts_.jobs.wake();
  tell_changed(context.tenant, base, id);
  co_return Result<void>{};
}

Task<Result<void>> RowKnowledge::remove_document(CallContext context, DocumentId id) {
  auto now = parts_.clock.unix_ms();
  KnowledgeBaseId base;
  std::string key;
  VectorChange change;
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    DocumentsTable documents(sql);
    TRY(auto document, documents.get(context.tenant, id));
    base = document.knowledge_base;
    TRY(key, documents.object_key(context.tenant, id));
    TRY_VOID(parts_.jobs.cancel(sql, ingest_job_kind, id.to_string()));
    TRY(change.removed, ChunksTable(sql).remove_of_document(base, id));
    TRY_VOID(documents.remove(context.tenant, id));
    KnowledgeBasesTable bases(sql);
    TRY_VOID(bases.add_documents(context.tenant, base, -1, now));
    if (change.removed.empty()) return {};
    auto removed = -static_cast<std::int64_t>(change.removed.size());
    TRY(change.to_version, bases.add_chunks(context.tenant, base, removed, now));
    return {};
  });
  CO_TRY_VOID(co_await std::move(writing));
  if (!change.removed.empty()) {
    change.from_version = change.to_version - 1;
    index_.apply(base, std::move(change));
  }
  tell_changed(context.tenant, base, id);
  auto removing = remove_objects(cleaning_up(context), {key});
  co_await std::move(removing);
  co_return Result<void>{};
}

Task<void> RowKnowledge::remove_objects(CallContext context, std::vector<std::string> keys) {
  for (const auto& key : keys) {
    auto removing = parts_.objects.remove(context, key);
    auto removed = co_await std::move(removing);
    if (removed) continue;
    // What is left is swept away later.
    log::failure("A file could not be removed", context, removed.error());
    if (!context.check()) co_return;
  }
}

void RowKnowledge::tell_changed(TenantId tenant, KnowledgeBaseId base, DocumentId document) {
  cache_.invalidate(tenant, base);
  if (parts_.events != nullptr) parts_.events->publish(document);
}

Task<Result<std::vector<Chunk>>> RowKnowledge::chunks(CallContext context,
                                                      std::vector<ChunkId> ids) {
  if (ids.size() > chunks_per_call_max)
    co_return fail(ErrorCode::too_large, "Too many chunks at once");
  auto reading = read(parts_.database, context,
                      [&](SqlSession& sql) { return ChunksTable(sql).get(context.tenant, ids); });
  auto chunks = co_await std::move(reading);
  co_return chunks;
}

Task<Result<void>> RowKnowledge::ensure_indexed(CallContext context, KnowledgeBaseId id) {
  return index_.ensure(std::move(context), id);
}

Task<Result<JobOutcome>> RowKnowledge::ingest(CallContext context, Job job) {
  return ingestion_.run(std::move(context), std::move(job));
}

}  // namespace

std::unique_ptr<Knowledge> make_knowledge(KnowledgeParts parts, KnowledgeSettings settings) {
  return std::make_unique<RowKnowledge>(parts, settings);
}

}  // namespace aiva::knowledge
