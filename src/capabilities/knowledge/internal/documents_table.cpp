#include "capabilities/knowledge/internal/documents_table.h"

#include <string>
#include <string_view>
#include <utility>

#include "capabilities/knowledge/internal/validation.h"

namespace aiva::knowledge {
namespace {

constexpr std::string_view select_document =
    "SELECT d.id, d.kb_id, d.tenant_id, d.filename, d.file_type, d.file_size_bytes, "
    "d.content_sha256, d.status, d.progress, d.current_step, d.total_chunks, d.processed_chunks, "
    "d.error_message, d.is_partial, d.processing_stats, d.metadata, d.title, d.page_count, "
    "d.created_at, d.updated_at, d.parent_id, d.version, d.next_version, d.is_served";
constexpr int document_columns = 24;

// The condition of every write by an ingestion.
constexpr std::string_view where_in_work =
    " WHERE id = ? AND tenant_id = ? AND generation = ? "
    "AND status NOT IN ('completed', 'failed', 'cancelled')";

// A LIKE pattern (escape character '!') that finds `text` anywhere.
std::string contains_pattern(std::string_view text) {
  std::string pattern = "%";
  for (char c : text) {
    if (c == '%' || c == '_' || c == '!') pattern += '!';
    pattern += c;
  }
  return pattern + "%";
}

Document read_document(const SqlRow& row) {
  return Document{.id = row.id<DocumentId>(0),
                  .knowledge_base = row.id<KnowledgeBaseId>(1),
                  .tenant = row.id<TenantId>(2),
                  .parent = row.id<DocumentId>(20),
                  .filename = std::string(row.text(3)),
                  .file_type = std::string(row.text(4)),
                  .file_size_bytes = row.integer(5),
                  .content_sha256 = std::string(row.text(6)),
                  .version = static_cast<int>(row.integer(21)),
                  .next_version = static_cast<int>(row.integer(22)),
                  .is_served = row.integer(23) != 0,
                  .status = parse_document_status(row.text(7)).value_or(DocumentStatus::failed),
                  .progress = static_cast<int>(row.integer(8)),
                  .current_step = std::string(row.text(9)),
                  .total_chunks = row.integer(10),
                  .processed_chunks = row.integer(11),
                  .error_message = std::string(row.text(12)),
                  .is_partial = row.integer(13) != 0,
                  .processing_stats = std::string(row.text(14)),
                  .metadata = std::string(row.text(15)),
                  .title = std::string(row.text(16)),
                  .page_count = static_cast<int>(row.integer(17)),
                  .created_at = row.integer(18),
                  .updated_at = row.integer(19)};
}

std::unexpected<Error> no_such_document() { return fail(ErrorCode::not_found, "No such document"); }

Result<void> append_keys(const SqlRow& row, std::vector<std::string>& keys) {
  keys.emplace_back(row.text(0));
  if (!row.text(1).empty()) keys.emplace_back(row.text(1));
  return {};
}

SqlSession::EachRow into(std::int64_t& number) {
  return [&number](const SqlRow& row) -> Result<void> {
    number = row.integer(0);
    return {};
  };
}

}  // namespace

Result<void> DocumentsTable::insert(const Document& document, const std::string& object_key,
                                    const std::string& source, UserId uploaded_by) {
  auto uploader = uploaded_by.is_nil() ? SqlValue(nullptr) : SqlValue(uploaded_by);
  auto parent = document.parent.is_nil() ? SqlValue(nullptr) : SqlValue(document.parent);
  TRY_VOID(sql_.execute(
      "INSERT INTO documents (id, tenant_id, kb_id, filename, file_type, file_size_bytes, "
      "content_sha256, object_key, source, parent_id, status, current_step, metadata, "
      "uploaded_by, created_at, updated_at, reindex_number) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "(SELECT reindex_number FROM knowledge_bases WHERE id = ?))",
      {document.id, document.tenant, document.knowledge_base, document.filename, document.file_type,
       document.file_size_bytes, document.content_sha256, object_key, source, parent,
       to_string(document.status), document.current_step, document.metadata, uploader,
       document.created_at, document.updated_at, document.knowledge_base}));
  return {};
}

Result<Document> DocumentsTable::get(TenantId tenant, DocumentId id) {
  std::optional<Document> document;
  auto sql = std::string(select_document) + " FROM documents d WHERE d.id = ? AND d.tenant_id = ?";
  TRY_VOID(sql_.query(sql, {id, tenant}, [&document](const SqlRow& row) -> Result<void> {
    document = read_document(row);
    return {};
  }));
  if (!document) return no_such_document();
  return std::move(*document);
}

Result<PageOf<Document>> DocumentsTable::list(TenantId tenant, KnowledgeBaseId base,
                                              const Knowledge::DocumentFilter& filter) {
  std::string where = " FROM documents d WHERE d.kb_id = ? AND d.tenant_id = ?";
  std::vector<SqlValue> parameters = {base, tenant};
  if (filter.status) {
    where += " AND d.status = ?";
    parameters.emplace_back(to_string(*filter.status));
  }
  if (!filter.parent.is_nil()) {
    where += " AND d.parent_id = ?";
    parameters.emplace_back(filter.parent);
  }
  auto pattern = contains_pattern(filter.search);
  if (!filter.search.empty()) {
    where +=
        " AND (LOWER(d.filename) LIKE LOWER(?) ESCAPE '!' "
        "OR LOWER(d.title) LIKE LOWER(?) ESCAPE '!')";
    for (int i = 0; i < 2; ++i) parameters.emplace_back(pattern);
  }
  PageOf<Document> page;
  TRY_VOID(sql_.query_span("SELECT COUNT(*)" + where, parameters, into(page.total)));
  if (filter.page.after) {
    where += " AND (d.created_at, d.id) < (?, ?)";
    parameters.emplace_back(filter.page.after->key);
    parameters.emplace_back(filter.page.after->id);
  }
  parameters.emplace_back(filter.page.limit);
  parameters.emplace_back(std::int64_t{filter.page.page - 1} * filter.page.limit);
  auto sql = std::string(select_document) + where +
             " ORDER BY d.created_at DESC, d.id DESC LIMIT ? OFFSET ?";
  TRY_VOID(sql_.query_span(sql, parameters, [&page](const SqlRow& row) -> Result<void> {
    page.items.push_back(read_document(row));
    return {};
  }));
  return page;
}

Result<bool> DocumentsTable::has_content(TenantId tenant, KnowledgeBaseId base,
                                         const std::string& sha256) {
  std::int64_t found = 0;
  TRY_VOID(
      sql_.query("SELECT 1 FROM documents WHERE kb_id = ? AND content_sha256 = ? "
                 "AND tenant_id = ? LIMIT 1",
                 {base, sha256, tenant}, into(found)));
  return found != 0;
}

Result<std::vector<std::string>> DocumentsTable::object_keys(TenantId tenant, DocumentId id) {
  std::vector<std::string> keys;
  TRY_VOID(
      sql_.query("SELECT object_key, next_object_key FROM documents WHERE id = ? AND tenant_id = ?",
                 {id, tenant}, [&keys](const SqlRow& row) { return append_keys(row, keys); }));
  if (keys.empty()) return no_such_document();
  return keys;
}

Result<std::vector<std::string>> DocumentsTable::object_keys(TenantId tenant,
                                                             KnowledgeBaseId base) {
  std::vector<std::string> keys;
  TRY_VOID(sql_.query(
      "SELECT object_key, next_object_key FROM documents WHERE kb_id = ? AND tenant_id = ?",
      {base, tenant}, [&keys](const SqlRow& row) { return append_keys(row, keys); }));
  return keys;
}

Result<bool> DocumentsTable::has_object(const std::string& object_key) {
  std::int64_t found = 0;
  TRY_VOID(sql_.query("SELECT 1 FROM documents WHERE object_key = ? LIMIT 1", {object_key},
                      into(found)));
  if (found != 0) return true;
  TRY_VOID(sql_.query(
      "SELECT 1 FROM documents WHERE next_object_key = ? AND next_object_key <> '' LIMIT 1",
      {object_key}, into(found)));
  return found != 0;
}

Result<std::vector<DocumentId>> DocumentsTable::unfinished(TenantId tenant, KnowledgeBaseId base) {
  std::vector<DocumentId> ids;
  TRY_VOID(
      sql_.query("SELECT id FROM documents WHERE kb_id = ? AND tenant_id = ? "
                 "AND status NOT IN ('completed', 'failed', 'cancelled')",
                 {base, tenant}, [&ids](const SqlRow& row) -> Result<void> {
                   ids.push_back(row.id<DocumentId>(0));
                   return {};
                 }));
  return ids;
}

Result<std::vector<DocumentName>> DocumentsTable::unfinished(DocumentId after,
                                                             std::int64_t count_max) {
  std::vector<DocumentName> names;
  TRY_VOID(
      sql_.query("SELECT tenant_id, id FROM documents "
                 "WHERE status NOT IN ('completed', 'failed', 'cancelled') "
                 "AND id > ? ORDER BY id LIMIT ?",
                 {after, count_max}, [&names](const SqlRow& row) -> Result<void> {
                   names.push_back({row.id<TenantId>(0), row.id<DocumentId>(1)});
                   return {};
                 }));
  return names;
}

Result<BaseStatistics> DocumentsTable::statistics(TenantId tenant, KnowledgeBaseId base) {
  BaseStatistics statistics;
  TRY_VOID(sql_.query(
      "SELECT status, COUNT(*), COALESCE(SUM(file_size_bytes), 0), COALESCE(SUM(page_count), 0) "
      "FROM documents WHERE kb_id = ? AND tenant_id = ? GROUP BY status",
      {base, tenant}, [&statistics](const SqlRow& row) -> Result<void> {
        auto status = parse_document_status(row.text(0)).value_or(DocumentStatus::failed);
        auto count = row.integer(1);
        statistics.documents += count;
        if (status == DocumentStatus::completed) statistics.documents_completed += count;
        if (status == DocumentStatus::failed) statistics.documents_failed += count;
        if (!is_final(status)) statistics.documents_in_work += count;
        statistics.size_bytes += row.integer(2);
        statistics.pages += row.integer(3);
        return {};
      }));
  return statistics;
}

Result<void> DocumentsTable::remove(TenantId tenant, DocumentId id) {
  TRY(auto removed,
      sql_.execute("DELETE FROM documents WHERE id = ? AND tenant_id = ?", {id, tenant}));
  if (removed == 0) return no_such_document();
  return {};
}

Result<void> DocumentsTable::remove_all(TenantId tenant, KnowledgeBaseId base) {
  TRY_VOID(sql_.execute("DELETE FROM documents WHERE kb_id = ? AND tenant_id = ?", {base, tenant}));
  return {};
}

Result<std::optional<TakenDocument>> DocumentsTable::take_over(TenantId tenant, DocumentId id,
                                                               UnixMs now) {
  TRY(auto is_taken,
      change_one("UPDATE documents SET generation = generation + 1, status = 'processing', "
                 "progress = 0, current_step = 'Starting', total_chunks = 0, "
                 "processed_chunks = 0, error_message = '', awaits_recognition = 0, "
                 "updated_at = ? WHERE id = ? AND tenant_id = ? "
                 "AND status NOT IN ('completed', 'failed', 'cancelled')",
                 {now, id, tenant}));
  if (!is_taken) return std::nullopt;
  std::optional<TakenDocument> taken;
  auto sql = std::string(select_document) +
             ", d.object_key, d.next_object_key, d.generation, d.failures, d.is_reread, "
             "b.settings FROM documents d "
             "JOIN knowledge_bases b ON b.id = d.kb_id WHERE d.id = ? AND d.tenant_id = ?";
  TRY_VOID(sql_.query(sql, {id, tenant}, [&taken](const SqlRow& row) -> Result<void> {
    taken = TakenDocument{.document = read_document(row),
                          .object_key = std::string(row.text(document_columns)),
                          .generation = row.integer(document_columns + 2),
                          .failures = static_cast<int>(row.integer(document_columns + 3)),
                          .is_reread = row.integer(document_columns + 4) != 0,
                          .chunks = read_chunk_settings(row.text(document_columns + 5))};
    taken->version = taken->document.version;
    if (row.text(document_columns + 1).empty()) return {};
    taken->obsolete_key = std::exchange(taken->object_key, row.text(document_columns + 1));
    taken->version = taken->document.next_version;
    return {};
  }));
  return taken;
}

Result<bool> DocumentsTable::tell(TenantId tenant, DocumentId id, std::int64_t generation,
                                  const Progress& progress, UnixMs now) {
  return change_one(
      "UPDATE documents SET status = ?, progress = ?, current_step = ?, "
      "total_chunks = ?, processed_chunks = ?, updated_at = ?" +
          std::string(where_in_work),
      {to_string(progress.status), progress.percent, progress.step, progress.total_chunks,
       progress.processed_chunks, now, id, tenant, generation});
}

Result<bool> DocumentsTable::complete(TenantId tenant, DocumentId id, std::int64_t generation,
                                      const CompletedDocument& completed, UnixMs now) {
  // next_object_key comes last: a dialect may see what was set before.
  return change_one(
      "UPDATE documents SET status = 'completed', progress = 100, current_step = 'Completed', "
      "error_message = '', failures = 0, file_type = ?, title = ?, "
      "language = CASE WHEN ? = '' THEN language ELSE ? END, page_count = ?, "
      "is_partial = ?, total_chunks = ?, processed_chunks = ?, processing_stats = ?, "
      "embedding_model = ?, pages_to_recognise = ?, recognition_failures = 0, "
      "awaits_recognition = 0, is_served = 1, is_reread = 0, updated_at = ?, "
      "version = CASE WHEN next_object_key = '' THEN version ELSE next_version END, "
      "content_sha256 = CASE WHEN next_object_key = '' THEN content_sha256 ELSE next_sha256 END, "
      "file_size_bytes = CASE WHEN next_object_key = '' THEN file_size_bytes "
      "ELSE next_size_bytes END, "
      "object_key = CASE WHEN next_object_key = '' THEN object_key ELSE next_object_key END, "
      "next_version = 0, next_sha256 = '', next_size_bytes = 0, next_object_key = ''" +
          std::string(where_in_work),
      {completed.file_type, completed.title, completed.language, completed.language,
       completed.page_count, completed.is_partial, completed.total_chunks, completed.total_chunks,
       completed.processing_stats, completed.embedding_model, completed.pages_to_recognise, now, id,
       tenant, generation});
}

Result<bool> DocumentsTable::await_recognition(TenantId tenant, DocumentId id,
                                               std::int64_t generation,
                                               const CompletedDocument& read, UnixMs now) {
  return change_one(
      "UPDATE documents SET status = 'processing', progress = 20, "
      "current_step = 'Recognising print', file_type = ?, title = ?, language = ?, page_count = ?, "
      "is_partial = ?, processing_stats = ?, pages_to_recognise = ?, recognition_failures = 0, "
      "awaits_recognition = 1, updated_at = ?" +
          std::string(where_in_work),
      {read.file_type, read.title, read.language, read.page_count, read.is_partial,
       read.processing_stats, read.pages_to_recognise, now, id, tenant, generation});
}

Result<bool> DocumentsTable::give_up(TenantId tenant, DocumentId id, std::int64_t generation,
                                     const std::string& reason, UnixMs now) {
  return change_one(
      "UPDATE documents SET status = 'failed', current_step = 'Failed', "
      "error_message = ?, failures = failures + 1, awaits_recognition = 0, "
      "total_chunks = CASE WHEN is_served = 0 THEN total_chunks ELSE (SELECT COUNT(*) "
      "FROM document_chunks WHERE document_id = documents.id) END, "
      "updated_at = ?" +
          std::string(where_in_work),
      {reason, now, id, tenant, generation});
}

Result<bool> DocumentsTable::put_back(TenantId tenant, DocumentId id, std::int64_t generation,
                                      int failures, const std::string& step, UnixMs now) {
  return change_one(
      "UPDATE documents SET status = 'queued', progress = 0, current_step = ?, "
      "failures = ?, updated_at = ?" +
          std::string(where_in_work),
      {step, failures, now, id, tenant, generation});
}

Result<bool> DocumentsTable::end(TenantId tenant, DocumentId id, DocumentStatus status,
                                 const std::string& reason, UnixMs now) {
  auto step = status == DocumentStatus::cancelled ? "Cancelled" : "Failed";
  return change_one(
      "UPDATE documents SET status = ?, current_step = ?, error_message = ?, "
      "generation = generation + 1, awaits_recognition = 0, "
      "total_chunks = CASE WHEN is_served = 0 THEN total_chunks ELSE (SELECT COUNT(*) "
      "FROM document_chunks WHERE document_id = documents.id) END, "
      "updated_at = ? WHERE id = ? AND tenant_id = ? "
      "AND status NOT IN ('completed', 'failed', 'cancelled')",
      {to_string(status), step, reason, now, id, tenant});
}

Result<bool> DocumentsTable::put_in_queue(TenantId tenant, DocumentId id, UnixMs now) {
  return change_one(
      "UPDATE documents SET status = 'queued', progress = 0, "
      "current_step = 'Waiting', awaits_recognition = 0, generation = generation + 1, "
      "updated_at = ? "
      "WHERE id = ? AND tenant_id = ? "
      "AND status NOT IN ('completed', 'failed', 'cancelled')",
      {now, id, tenant});
}

Result<bool> DocumentsTable::start_again(TenantId tenant, DocumentId id, UnixMs now) {
  return change_one(
      "UPDATE documents SET status = 'queued', progress = 0, current_step = 'Waiting', "
      "total_chunks = 0, processed_chunks = 0, error_message = '', failures = 0, "
      "generation = generation + 1, updated_at = ? "
      "WHERE id = ? AND tenant_id = ? AND status IN ('failed', 'cancelled')",
      {now, id, tenant});
}

Result<bool> DocumentsTable::change_one(std::string_view sql, SqlSession::Parameters parameters) {
  TRY(auto changed, sql_.execute(sql, parameters));
  return changed == 1;
}

}  // namespace aiva::knowledge
