#include "capabilities/knowledge/internal/document_desk.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "capabilities/knowledge/internal/chunks_table.h"
#include "capabilities/knowledge/internal/documents_table.h"
#include "capabilities/knowledge/internal/ingestion_job.h"
#include "capabilities/knowledge/internal/knowledge_bases_table.h"
#include "capabilities/knowledge/internal/retry.h"
#include "capabilities/knowledge/internal/validation.h"
#include "foundation/json.h"

namespace aiva::knowledge {
namespace {

bool has_stopped(DocumentStatus status) {
  return status == DocumentStatus::failed || status == DocumentStatus::cancelled;
}

// The document of the same source whose newest content is this, if there is one.
const SourceDocument* find_latest(const std::vector<SourceDocument>& known,
                                  const std::string& sha256) {
  auto found = std::ranges::find_if(
      known, [&sha256](const SourceDocument& document) { return document.is_latest(sha256); });
  return found == known.end() ? nullptr : &*found;
}

}  // namespace

// A file on its way in.
struct DocumentDesk::Arrival {
  NewDocument given;
  Document row;                    // as it would be inserted
  std::optional<Document> kept{};  // the document it became a part of instead
  std::string source;
  std::string key;
  UserId uploaded_by{};
  bool is_duplicate = false;
  bool is_queued = false;
  std::vector<std::string> obsolete_keys{};

  // A transaction may run twice.
  void start_over() {
    is_duplicate = is_queued = false;
    kept.reset();
    obsolete_keys.clear();
  }
  Document& outcome() { return kept ? *kept : row; }
};

struct DocumentDesk::Removal {
  KnowledgeBaseId base{};
  std::vector<DocumentId> documents{};
  std::vector<std::string> keys{};
  std::int64_t chunks = 0;
};

Task<Result<AddedDocument>> DocumentDesk::add(CallContext context, KnowledgeBasePointer base,
                                              NewDocument document) {
  auto& parts = core_.parts;
  if (base->status == "inactive")
    co_return fail(ErrorCode::conflict, "The knowledge base is inactive");
  CO_TRY(auto checked, check_new_document(std::move(document), core_.settings.document_bytes_max));
  auto gate = parts.billing.require(context, context.tenant, core_.settings.upload_balance_least);
  CO_TRY_VOID(co_await std::move(gate));

  Arrival arrival;
  arrival.source = VersionsTable::source_of(checked);
  arrival.uploaded_by = context.user;
  arrival.row = {.id = DocumentId::make(),
                 .knowledge_base = base->id,
                 .tenant = context.tenant,
                 .parent = checked.parent,
                 .filename = checked.filename,
                 .file_type = std::string(file_type_of(checked.filename)),
                 .file_size_bytes = checked.size_bytes,
                 .content_sha256 = checked.content_sha256,
                 .current_step = "Waiting",
                 .metadata = checked.metadata,
                 .created_at = parts.clock.unix_ms()};
  arrival.row.updated_at = arrival.row.created_at;
  arrival.key = document_key(context.tenant, arrival.row.id);
  auto staged_path = checked.staged_path;
  arrival.given = std::move(checked);

  auto looking = find_duplicate(context, arrival);
  CO_TRY(auto duplicate, co_await std::move(looking));
  if (duplicate) {
    std::error_code ignored;
    std::filesystem::remove(staged_path, ignored);
    co_return AddedDocument{.document = std::move(*duplicate), .is_duplicate = true};
  }
  // The file comes first: a row whose file is missing would be a lost upload, a file without a row
  // is only swept away later.
  auto putting = parts.objects.put_file(context, arrival.key, staged_path);
  CO_TRY_VOID(co_await std::move(putting));
  auto writing = write(parts.database, context,
                       [this, &arrival](SqlSession& sql) { return admit(sql, arrival); });
  auto written = co_await std::move(writing);
  if (!written) {
    auto checking = is_orphan(context, arrival.key);
    auto is_unwanted = co_await std::move(checking);
    arrival.obsolete_keys.clear();
    if (is_unwanted) arrival.obsolete_keys = {arrival.key};
  }
  if (written && arrival.is_queued) parts.jobs.wake();
  if (written) core_.tell_changed(context.tenant, base->id, arrival.outcome().id);
  auto removing = core_.remove_objects(context, std::move(arrival.obsolete_keys));
  co_await std::move(removing);
  if (!written) co_return fail(std::move(written.error()));
  co_return AddedDocument{.document = std::move(arrival.outcome()),
                          .is_duplicate = arrival.is_duplicate};
}

// Whether surely no row names the file: a transaction may have been committed although its end
// was not heard of. What is left is swept away later. As a write it is asked of the server that
// would have committed it; a replica need not have heard of it either.
Task<bool> DocumentDesk::is_orphan(CallContext context, std::string key) {
  auto asking = write(core_.parts.database, without_end(context),
                      [&key](SqlSession& sql) { return DocumentsTable(sql).has_object(key); });
  auto has_row = co_await std::move(asking);
  co_return has_row && !*has_row;
}

// What is there already and well needs no second look at the file.
Task<Result<std::optional<Document>>> DocumentDesk::find_duplicate(CallContext context,
                                                                   Arrival& arrival) {
  if (arrival.given.keeps_both || rejects_duplicates(arrival.given)) co_return std::nullopt;
  auto reading = read(core_.parts.database, context,
                      [&arrival](SqlSession& sql) -> Result<std::optional<Document>> {
                        const auto& row = arrival.row;
                        TRY(auto known, VersionsTable(sql).of_source(row.tenant, row.knowledge_base,
                                                                     arrival.source));
                        const auto* same = find_latest(known, row.content_sha256);
                        if (same == nullptr || has_stopped(same->status)) return std::nullopt;
                        TRY(auto document, DocumentsTable(sql).get(row.tenant, same->id));
                        return document;
                      });
  auto found = co_await std::move(reading);
  co_return found;
}

Result<void> DocumentDesk::admit(SqlSession& sql, Arrival& arrival) {
  arrival.start_over();
  const auto& row = arrival.row;
  if (!row.parent.is_nil()) {
    TRY(auto parent, DocumentsTable(sql).get(row.tenant, row.parent));
    if (is_final(parent.status)) return fail(ErrorCode::cancelled, "The archive is not read on");
  }
  if (rejects_duplicates(arrival.given)) {
    TRY(auto is_there,
        DocumentsTable(sql).has_content(row.tenant, row.knowledge_base, row.content_sha256));
    if (is_there)
      return fail(ErrorCode::conflict, "The knowledge base has a document of the same content");
  }
  if (!arrival.given.keeps_both) {
    TRY(auto known, VersionsTable(sql).of_source(row.tenant, row.knowledge_base, arrival.source));
    TRY(auto is_admitted, admit_version(sql, arrival, known));
    if (is_admitted) return {};
  }
  return insert(sql, arrival);
}

// Whether the file became part of a document that is there already.
Result<bool> DocumentDesk::admit_version(SqlSession& sql, Arrival& arrival,
                                         const std::vector<SourceDocument>& known) {
  if (known.empty()) return false;
  const auto& sha256 = arrival.row.content_sha256;
  const auto* same = find_latest(known, sha256);
  const auto& newest = known.front();
  if (same != nullptr)
    TRY_VOID(admit_duplicate(sql, arrival, *same));
  else if (newest.is_served && newest.content_sha256 == sha256)
    TRY_VOID(go_back(sql, arrival, newest));
  else
    TRY_VOID(admit_next(sql, arrival, newest));
  auto id = same != nullptr ? same->id : newest.id;
  TRY(arrival.kept, DocumentsTable(sql).get(arrival.row.tenant, id));
  return true;
}

Result<void> DocumentDesk::admit_duplicate(SqlSession& sql, Arrival& arrival,
                                           const SourceDocument& known) {
  if (has_stopped(known.status)) return start_over(sql, arrival, known);
  arrival.is_duplicate = true;
  arrival.obsolete_keys.push_back(arrival.key);
  return {};
}

// The same bytes again after a failure: another attempt, with the file as it came now.
Result<void> DocumentDesk::start_over(SqlSession& sql, Arrival& arrival,
                                      const SourceDocument& known) {
  auto now = core_.parts.clock.unix_ms();
  TRY_VOID(VersionsTable(sql).replace_file(arrival.row.tenant, known.id, arrival.key));
  TRY_VOID(DocumentsTable(sql).start_again(arrival.row.tenant, known.id, now));
  arrival.obsolete_keys.push_back(known.next_object_key.empty() ? known.object_key
                                                                : known.next_object_key);
  arrival.is_duplicate = arrival.is_queued = true;
  return queue_ingestion(sql, arrival.row.tenant, known.id, arrival.given.is_refusable);
}

// The served content came again while other content was on its way: that one is called off.
Result<void> DocumentDesk::go_back(SqlSession& sql, Arrival& arrival, const SourceDocument& known) {
  TRY_VOID(cancel_jobs(sql, known.id));
  TRY_VOID(
      VersionsTable(sql).withdraw_next(arrival.row.tenant, known.id, core_.parts.clock.unix_ms()));
  if (known.has_pages_to_recognise)
    TRY_VOID(core_.parts.jobs.enqueue(sql, make_recognition_job(arrival.row.tenant, known.id)));
  arrival.obsolete_keys = {arrival.key, known.next_object_key};
  arrival.is_duplicate = arrival.is_queued = true;
  return {};
}

Result<void> DocumentDesk::admit_next(SqlSession& sql, Arrival& arrival,
                                      const SourceDocument& known) {
  const auto& row = arrival.row;
  NextVersion next{.number = std::max(known.version, known.next_version) + 1,
                   .object_key = arrival.key,
                   .content_sha256 = row.content_sha256,
                   .size_bytes = row.file_size_bytes};
  VersionsTable versions(sql);
  TRY_VOID(cancel_jobs(sql, known.id));
  TRY_VOID(versions.take_next(row.tenant, known.id, next, row.created_at));
  if (row.metadata != "{}")
    TRY_VOID(set_metadata_row(sql, row.knowledge_base, {row.tenant, known.id}, row.metadata));
  if (!known.next_object_key.empty()) arrival.obsolete_keys.push_back(known.next_object_key);
  arrival.is_queued = true;
  return queue_ingestion(sql, row.tenant, known.id, arrival.given.is_refusable);
}

Result<void> DocumentDesk::insert(SqlSession& sql, Arrival& arrival) {
  const auto& row = arrival.row;
  KnowledgeBasesTable bases(sql);
  TRY(auto base, bases.get(row.tenant, row.knowledge_base));
  if (base.document_count >= core_.settings.documents_per_base_max)
    return fail(ErrorCode::too_large, "The knowledge base has the most documents allowed");
  TRY_VOID(bases.add_documents(row.tenant, row.knowledge_base, 1, row.created_at));
  TRY_VOID(DocumentsTable(sql).insert(row, arrival.key, arrival.source, arrival.uploaded_by));
  arrival.is_queued = true;
  return queue_ingestion(sql, row.tenant, row.id, arrival.given.is_refusable);
}

Result<void> DocumentDesk::queue_ingestion(SqlSession& sql, TenantId tenant, DocumentId id,
                                           bool is_refusable) {
  TRY_VOID(core_.parts.jobs.cancel(sql, ingest_job_kind, id.to_string()));
  auto job = make_ingestion_job(tenant, id);
  job.is_refusable = is_refusable;
  TRY_VOID(core_.parts.jobs.enqueue(sql, std::move(job)));
  return {};
}

Result<void> DocumentDesk::cancel_jobs(SqlSession& sql, DocumentId id) {
  TRY_VOID(core_.parts.jobs.cancel(sql, ingest_job_kind, id.to_string()));
  return core_.parts.jobs.cancel(sql, recognise_job_kind, id.to_string());
}

Task<Result<void>> DocumentDesk::cancel(CallContext context, DocumentId id) {
  auto now = core_.parts.clock.unix_ms();
  std::vector<DocumentId> stopped;
  auto writing =
      write(core_.parts.database, context, [&](SqlSession& sql) -> Result<KnowledgeBaseId> {
        TRY(auto document, DocumentsTable(sql).get(context.tenant, id));
        TRY(auto children, VersionsTable(sql).children(context.tenant, id));
        stopped = {id};
        bool was_in_work = !is_final(document.status);
        if (was_in_work) TRY_VOID(cancel_one(sql, context.tenant, id, now));
        for (auto child : children) {
          TRY(auto row, DocumentsTable(sql).get(context.tenant, child));
          if (is_final(row.status)) continue;
          was_in_work = true;
          TRY_VOID(cancel_one(sql, context.tenant, child, now));
          stopped.push_back(child);
        }
        if (!was_in_work)
          return fail(ErrorCode::conflict,
                      "The document is " + std::string(to_string(document.status)) + " already");
        return document.knowledge_base;
      });
  CO_TRY(auto base, co_await std::move(writing));
  for (auto document : stopped) core_.tell_changed(context.tenant, base, document);
  co_return Result<void>{};
}

Result<void> DocumentDesk::cancel_one(SqlSession& sql, TenantId tenant, DocumentId id, UnixMs now) {
  TRY(auto is_back, VersionsTable(sql).end_reread(tenant, id, now));
  if (!is_back)
    TRY_VOID(DocumentsTable(sql).end(tenant, id, DocumentStatus::cancelled, "Cancelled", now));
  return cancel_jobs(sql, id);
}

Task<Result<void>> DocumentDesk::retry(CallContext context, DocumentId id) {
  auto now = core_.parts.clock.unix_ms();
  auto writing =
      write(core_.parts.database, context, [&](SqlSession& sql) -> Result<KnowledgeBaseId> {
        DocumentsTable documents(sql);
        TRY(auto document, documents.get(context.tenant, id));
        TRY(auto is_started, documents.start_again(context.tenant, id, now));
        if (!is_started)
          return fail(ErrorCode::conflict, "The document is " +
                                               std::string(to_string(document.status)) +
                                               "; only a failed or cancelled one can be retried");
        TRY_VOID(queue_ingestion(sql, context.tenant, id));
        return document.knowledge_base;
      });
  CO_TRY(auto base, co_await std::move(writing));
  core_.parts.jobs.wake();
  core_.tell_changed(context.tenant, base, id);
  co_return Result<void>{};
}

Task<Result<void>> DocumentDesk::remove(CallContext context, DocumentId id) {
  Removal removal;
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    removal = {};
    TRY(auto document, DocumentsTable(sql).get(context.tenant, id));
    removal.base = document.knowledge_base;
    // What came out of an archive goes with it.
    TRY(auto children, VersionsTable(sql).children(context.tenant, id));
    for (auto child : children) TRY_VOID(remove_one(sql, context.tenant, child, removal));
    TRY_VOID(remove_one(sql, context.tenant, id, removal));
    auto now = core_.parts.clock.unix_ms();
    KnowledgeBasesTable bases(sql);
    auto documents = static_cast<std::int64_t>(removal.documents.size());
    TRY_VOID(bases.add_documents(context.tenant, removal.base, -documents, now));
    if (removal.chunks == 0) return {};
    TRY_VOID(
        bases.change_chunks(context.tenant, removal.base, removal.documents, -removal.chunks, now));
    return {};
  });
  CO_TRY_VOID(co_await std::move(writing));
  if (removal.chunks > 0) core_.index.follow(context.tenant, removal.base);
  for (auto document : removal.documents)
    core_.tell_changed(context.tenant, removal.base, document);
  auto removing = core_.remove_objects(context, std::move(removal.keys));
  co_await std::move(removing);
  co_return Result<void>{};
}

Result<void> DocumentDesk::remove_one(SqlSession& sql, TenantId tenant, DocumentId id,
                                      Removal& removal) {
  DocumentsTable documents(sql);
  TRY(auto keys, documents.object_keys(tenant, id));
  removal.keys.insert(removal.keys.end(), keys.begin(), keys.end());
  TRY_VOID(cancel_jobs(sql, id));
  TRY(auto chunks, ChunksTable(sql).remove_of_document(removal.base, id));
  removal.chunks += chunks;
  TRY_VOID(documents.remove(tenant, id));
  removal.documents.push_back(id);
  return core_.publish(sql, webhooks::event_types::document_deleted,
                       {.tenant = tenant, .base = removal.base, .document = id});
}

// The new version of the knowledge base tells who keeps something of the metadata; no passages
// change.
Result<void> DocumentDesk::set_metadata_row(SqlSession& sql, KnowledgeBaseId base,
                                            DocumentName document, const std::string& metadata) {
  auto now = core_.parts.clock.unix_ms();
  TRY_VOID(VersionsTable(sql).set_metadata(document.tenant, document.id, metadata, now));
  TRY_VOID(KnowledgeBasesTable(sql).change_chunks(document.tenant, base, {}, 0, now));
  return {};
}

Task<Result<Document>> DocumentDesk::set_metadata(CallContext context, DocumentId id,
                                                  std::string metadata, bool is_patch) {
  CO_TRY_VOID(check_metadata(metadata));
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<Document> {
    DocumentsTable documents(sql);
    auto whole = metadata;
    if (is_patch) {
      TRY(auto document, documents.get(context.tenant, id));
      TRY(whole, merge_metadata(document.metadata, metadata));
      TRY_VOID(check_metadata(whole));
    }
    TRY(auto document, documents.get(context.tenant, id));
    TRY_VOID(set_metadata_row(sql, document.knowledge_base, {context.tenant, id}, whole));
    return documents.get(context.tenant, id);
  });
  CO_TRY(auto document, co_await std::move(writing));
  core_.tell_changed(context.tenant, document.knowledge_base, id);
  co_return document;
}

}  // namespace aiva::knowledge
