#include "capabilities/knowledge/knowledge.h"

#include <utility>

#include "capabilities/knowledge/internal/chunks_table.h"
#include "capabilities/knowledge/internal/core.h"
#include "capabilities/knowledge/internal/document_desk.h"
#include "capabilities/knowledge/internal/documents_table.h"
#include "capabilities/knowledge/internal/ingestion.h"
#include "capabilities/knowledge/internal/knowledge_bases_table.h"
#include "capabilities/knowledge/internal/recognition.h"
#include "capabilities/knowledge/internal/reindex_table.h"
#include "capabilities/knowledge/internal/reindexing.h"
#include "capabilities/knowledge/internal/validation.h"
#include "foundation/json_writer.h"

namespace aiva::knowledge {
namespace {

constexpr std::size_t chunks_per_call_max = 1000;

class RowDocumentWork final : public DocumentWork {
 public:
  explicit RowDocumentWork(Core& core)
      : index_(core.index),
        desk_(core),
        ingestion_(core, desk_),
        recognition_(core),
        reindexing_(core) {}

  Task<Result<Document>> set_metadata(CallContext context, DocumentId id,
                                      std::string metadata) override {
    return desk_.set_metadata(std::move(context), id, std::move(metadata), false);
  }
  Task<Result<Document>> merge_metadata(CallContext context, DocumentId id,
                                        std::string patch) override {
    return desk_.set_metadata(std::move(context), id, std::move(patch), true);
  }
  Task<Result<ReindexProgress>> reindex(CallContext context, KnowledgeBaseId id) override {
    return reindexing_.start(std::move(context), id);
  }
  Task<Result<ReindexProgress>> cancel_reindex(CallContext context, KnowledgeBaseId id) override {
    return reindexing_.cancel(std::move(context), id);
  }
  Task<Result<std::int64_t>> follow_others(CallContext context) override {
    return index_.follow_others(std::move(context));
  }
  Task<Result<std::int64_t>> reindex_other_models(CallContext context) override {
    return reindexing_.start_for_model(std::move(context));
  }
  Task<Result<JobOutcome>> run(CallContext context, Job job) override {
    if (job.kind == recognise_job_kind) return recognition_.run(std::move(context), std::move(job));
    if (job.kind == reindex_job_kind) return reindexing_.run(std::move(context), std::move(job));
    return ingestion_.run(std::move(context), std::move(job));
  }
  DocumentDesk& desk() { return desk_; }
  Reindexing& reindexing() { return reindexing_; }

 private:
  IndexKeeper& index_;
  DocumentDesk desk_;
  Ingestion ingestion_;
  Recognition recognition_;
  Reindexing reindexing_;
};

class RowKnowledge final : public Knowledge {
 public:
  RowKnowledge(const KnowledgeParts& parts, const KnowledgeSettings& settings)
      : core_(parts, settings), work_(core_) {}

  Task<Result<KnowledgeBasePointer>> create(CallContext context, NewKnowledgeBase base) override;
  Task<Result<KnowledgeBasePointer>> get(CallContext context, KnowledgeBaseId id) override;
  Task<Result<KnowledgeBasePagePointer>> list(CallContext context, ListFilter filter) override;
  Task<Result<KnowledgeBasePointer>> update(CallContext context, KnowledgeBaseId id,
                                            KnowledgeBaseChange change) override;
  Task<Result<BaseStatistics>> statistics(CallContext context, KnowledgeBaseId id) override;
  Task<Result<void>> remove(CallContext context, KnowledgeBaseId id) override;
  Task<Result<AddedDocument>> add_document(CallContext context, KnowledgeBaseId id,
                                           NewDocument document) override;
  Task<Result<Document>> document(CallContext context, DocumentId id) override;
  Task<Result<PageOf<Document>>> documents(CallContext context, KnowledgeBaseId id,
                                           DocumentFilter filter) override;
  Task<Result<void>> act(CallContext context, DocumentId id, DocumentAction action) override;
  Task<Result<std::vector<Chunk>>> chunks(CallContext context, std::vector<ChunkId> ids) override;
  Task<Result<ChunksNow>> chunks_now(CallContext context, std::vector<ChunkId> ids,
                                     std::vector<KnowledgeBaseId> bases) override;
  Task<Result<void>> ensure_indexed(CallContext context, std::vector<KnowledgeBaseId> ids) override;
  DocumentWork& work() override { return work_; }

 private:
  Core core_;
  RowDocumentWork work_;
};

Task<Result<KnowledgeBasePointer>> RowKnowledge::create(CallContext context,
                                                        NewKnowledgeBase base) {
  CO_TRY(auto checked, check_new_base(std::move(base)));
  checked.id = KnowledgeBaseId::make();
  checked.tenant = context.tenant;
  checked.created_at = core_.parts.clock.unix_ms();
  checked.updated_at = checked.created_at;
  auto writing =
      write(core_.parts.database, context, [&](SqlSession& sql) -> Result<KnowledgeBase> {
        KnowledgeBasesTable table(sql);
        TRY(auto count, table.count(checked.tenant));
        if (count >= core_.settings.bases_per_tenant_max)
          return fail(ErrorCode::too_large, "The tenant has the most knowledge bases allowed");
        TRY_VOID(table.insert(checked));
        return table.get(checked.tenant, checked.id);
      });
  CO_TRY(auto stored, co_await std::move(writing));
  core_.cache.invalidate(stored.tenant, stored.id);
  co_return std::make_shared<const KnowledgeBase>(std::move(stored));
}

Task<Result<KnowledgeBasePointer>> RowKnowledge::get(CallContext context, KnowledgeBaseId id) {
  if (auto cached = core_.cache.get(context.tenant, id)) co_return cached;
  auto epoch = core_.cache.epoch();
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) {
    return KnowledgeBasesTable(sql).get(context.tenant, id);
  });
  CO_TRY(auto base, co_await std::move(reading));
  KnowledgeBasePointer pointer = std::make_shared<const KnowledgeBase>(std::move(base));
  core_.cache.put(epoch, pointer);
  co_return pointer;
}

Task<Result<KnowledgeBasePagePointer>> RowKnowledge::list(CallContext context, ListFilter filter) {
  CO_TRY_VOID(check_filter(filter));
  if (auto cached = core_.cache.get(context.tenant, filter)) co_return cached;
  auto epoch = core_.cache.epoch();
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) {
    return KnowledgeBasesTable(sql).list(context.tenant, filter);
  });
  CO_TRY(auto page, co_await std::move(reading));
  KnowledgeBasePagePointer pointer = std::make_shared<const PageOf<KnowledgeBase>>(std::move(page));
  core_.cache.put(epoch, context.tenant, filter, pointer);
  co_return pointer;
}

Task<Result<KnowledgeBasePointer>> RowKnowledge::update(CallContext context, KnowledgeBaseId id,
                                                        KnowledgeBaseChange change) {
  auto now = core_.parts.clock.unix_ms();
  bool is_recut = false;
  auto writing =
      write(core_.parts.database, context, [&](SqlSession& sql) -> Result<KnowledgeBase> {
        KnowledgeBasesTable table(sql);
        TRY(auto base, table.get(context.tenant, id));
        auto cut_before = base.chunks;
        TRY_VOID(apply_change(base, change));
        base.updated_at = now;
        TRY_VOID(table.update(base));
        // What was cut otherwise is read again.
        is_recut = base.document_count > 0 && base.chunks != cut_before;
        if (is_recut) TRY_VOID(work_.reindexing().queue(sql, context.tenant, id, now));
        return base;
      });
  CO_TRY(auto base, co_await std::move(writing));
  core_.cache.invalidate(context.tenant, id);
  if (is_recut) core_.parts.jobs.wake();
  co_return std::make_shared<const KnowledgeBase>(std::move(base));
}

Task<Result<BaseStatistics>> RowKnowledge::statistics(CallContext context, KnowledgeBaseId id) {
  auto reading =
      read(core_.parts.database, context, [&](SqlSession& sql) -> Result<BaseStatistics> {
        TRY_VOID(KnowledgeBasesTable(sql).version(context.tenant, id));
        TRY(auto statistics, DocumentsTable(sql).statistics(context.tenant, id));
        ChunksTable chunks(sql);
        TRY(statistics.chunks, chunks.count(id));
        TRY(statistics.vectors, chunks.count_vectors(id, core_.parts.embedder.model()));
        ReindexTable reindex(sql);
        TRY(statistics.documents_of_other_models,
            reindex.count_of_other_models(context.tenant, id, core_.parts.embedder.model()));
        TRY(statistics.reindex, work_.reindexing().progress(sql, context.tenant, id));
        return statistics;
      });
  CO_TRY(auto statistics, co_await std::move(reading));
  statistics.embedding_model = core_.parts.embedder.model();
  statistics.vector_dimension = core_.parts.embedder.dimension();
  co_return statistics;
}

Task<Result<void>> RowKnowledge::remove(CallContext context, KnowledgeBaseId id) {
  std::vector<std::string> keys;
  std::vector<DocumentId> unfinished;
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(KnowledgeBasesTable(sql).version(context.tenant, id));
    DocumentsTable documents(sql);
    TRY(keys, documents.object_keys(context.tenant, id));
    TRY(unfinished, documents.unfinished(context.tenant, id));
    for (auto document : unfinished)
      TRY_VOID(core_.parts.jobs.cancel(sql, ingest_job_kind, document.to_string()));
    TRY_VOID(core_.parts.jobs.cancel(sql, reindex_job_kind, id.to_string()));
    TRY_VOID(ChunksTable(sql).remove_of_base(id));
    TRY_VOID(documents.remove_all(context.tenant, id));
    TRY_VOID(KnowledgeBasesTable(sql).remove(context.tenant, id));
    if (core_.parts.outbox == nullptr) return {};
    webhooks::Event event{.type = std::string(webhooks::event_types::knowledge_base_deleted)};
    JsonWriter(event.data).begin_object().field("kb_id", id).end_object();
    return core_.parts.outbox->publish(sql, context.tenant, event);
  });
  CO_TRY_VOID(co_await std::move(writing));
  core_.cache.invalidate(context.tenant, id);
  core_.index.erase(id);
  for (auto document : unfinished)
    if (core_.parts.events != nullptr) core_.parts.events->publish(document);
  auto removing = core_.remove_objects(context, std::move(keys));
  co_await std::move(removing);
  co_return Result<void>{};
}

Task<Result<AddedDocument>> RowKnowledge::add_document(CallContext context, KnowledgeBaseId id,
                                                       NewDocument document) {
  auto getting = get(context, id);
  CO_TRY(auto base, co_await std::move(getting));
  auto adding = work_.desk().add(context, base, std::move(document));
  auto added = co_await std::move(adding);
  co_return added;
}

Task<Result<Document>> RowKnowledge::document(CallContext context, DocumentId id) {
  auto reading = read(core_.parts.database, context,
                      [&](SqlSession& sql) { return DocumentsTable(sql).get(context.tenant, id); });
  auto document = co_await std::move(reading);
  co_return document;
}

Task<Result<PageOf<Document>>> RowKnowledge::documents(CallContext context, KnowledgeBaseId id,
                                                       DocumentFilter filter) {
  CO_TRY_VOID(check_page(filter.page));
  auto reading =
      read(core_.parts.database, context, [&](SqlSession& sql) -> Result<PageOf<Document>> {
        TRY_VOID(KnowledgeBasesTable(sql).version(context.tenant, id));
        return DocumentsTable(sql).list(context.tenant, id, filter);
      });
  auto page = co_await std::move(reading);
  co_return page;
}

Task<Result<void>> RowKnowledge::act(CallContext context, DocumentId id, DocumentAction action) {
  switch (action) {
    case DocumentAction::cancel: return work_.desk().cancel(std::move(context), id);
    case DocumentAction::retry: return work_.desk().retry(std::move(context), id);
    case DocumentAction::remove: return work_.desk().remove(std::move(context), id);
  }
  return work_.desk().cancel(std::move(context), id);
}

Task<Result<std::vector<Chunk>>> RowKnowledge::chunks(CallContext context,
                                                      std::vector<ChunkId> ids) {
  if (ids.size() > chunks_per_call_max)
    co_return fail(ErrorCode::too_large, "Too many chunks at once");
  auto reading = read(core_.parts.database, context,
                      [&](SqlSession& sql) { return ChunksTable(sql).get(context.tenant, ids); });
  auto chunks = co_await std::move(reading);
  co_return chunks;
}

Task<Result<Knowledge::ChunksNow>> RowKnowledge::chunks_now(CallContext context,
                                                            std::vector<ChunkId> ids,
                                                            std::vector<KnowledgeBaseId> bases) {
  if (ids.size() > chunks_per_call_max)
    co_return fail(ErrorCode::too_large, "Too many chunks at once");
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) -> Result<ChunksNow> {
    ChunksNow now;
    TRY(now.versions, KnowledgeBasesTable(sql).versions(context.tenant, bases));
    TRY(now.chunks, ChunksTable(sql).get(context.tenant, ids));
    return now;
  });
  auto now = co_await std::move(reading);
  co_return now;
}

Task<Result<void>> RowKnowledge::ensure_indexed(CallContext context,
                                                std::vector<KnowledgeBaseId> ids) {
  return core_.index.ensure(std::move(context), std::move(ids));
}

}  // namespace

std::unique_ptr<Knowledge> make_knowledge(KnowledgeParts parts, KnowledgeSettings settings) {
  return std::make_unique<RowKnowledge>(parts, settings);
}

}  // namespace aiva::knowledge
