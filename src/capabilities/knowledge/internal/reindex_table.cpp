#include "capabilities/knowledge/internal/reindex_table.h"

#include <optional>
#include <string>
#include <utility>

namespace aiva::knowledge {
namespace {

std::unexpected<Error> no_such_base() {
  return fail(ErrorCode::not_found, "No such knowledge base");
}

}  // namespace

Result<void> ReindexTable::begin(TenantId tenant, KnowledgeBaseId base, UnixMs now) {
  TRY(auto changed,
      sql_.execute("UPDATE knowledge_bases SET reindex_number = reindex_number + 1, "
                   "reindex_cancelled = 0, reindex_started_at = ? WHERE id = ? AND tenant_id = ?",
                   {now, base, tenant}));
  if (changed == 0) return no_such_base();
  return {};
}

Result<void> ReindexTable::set_cancelled(TenantId tenant, KnowledgeBaseId base) {
  TRY_VOID(sql_.execute(
      "UPDATE knowledge_bases SET reindex_cancelled = 1 WHERE id = ? AND tenant_id = ?",
      {base, tenant}));
  return {};
}

Result<ReindexProgress> ReindexTable::progress(TenantId tenant, KnowledgeBaseId base) {
  std::optional<ReindexProgress> progress;
  std::int64_t number = 0;
  bool is_cancelled = false;
  TRY_VOID(sql_.query(
      "SELECT reindex_number, reindex_cancelled, reindex_started_at FROM knowledge_bases "
      "WHERE id = ? AND tenant_id = ?",
      {base, tenant}, [&](const SqlRow& row) -> Result<void> {
        number = row.integer(0);
        is_cancelled = row.integer(1) != 0;
        progress = ReindexProgress{.started_at = row.integer(2)};
        return {};
      }));
  if (!progress) return no_such_base();
  if (number == 0) return std::move(*progress);
  std::int64_t unfinished = 0;
  TRY_VOID(sql_.query(
      "SELECT COUNT(*), "
      "COALESCE(SUM(CASE WHEN reindex_number < ? OR (is_reread = 1 "
      "AND status NOT IN ('completed', 'failed', 'cancelled')) THEN 1 ELSE 0 END), 0), "
      "COALESCE(SUM(CASE WHEN reindex_number = ? AND status = 'completed' THEN 1 ELSE 0 END), 0), "
      "COALESCE(SUM(CASE WHEN reindex_number = ? AND status = 'failed' THEN 1 ELSE 0 END), 0) "
      "FROM documents WHERE kb_id = ? AND tenant_id = ?",
      {number, number, number, base, tenant}, [&](const SqlRow& row) -> Result<void> {
        progress->documents = row.integer(0);
        unfinished = row.integer(1);
        progress->done = row.integer(2);
        progress->failed = row.integer(3);
        return {};
      }));
  progress->state = unfinished > 0 ? "running" : "completed";
  if (is_cancelled) progress->state = "cancelled";
  return std::move(*progress);
}

Result<bool> ReindexTable::is_wanted(TenantId tenant, KnowledgeBaseId base) {
  bool is_wanted = false;
  TRY_VOID(
      sql_.query("SELECT reindex_cancelled FROM knowledge_bases WHERE id = ? AND tenant_id = ?",
                 {base, tenant}, [&is_wanted](const SqlRow& row) -> Result<void> {
                   is_wanted = row.integer(0) == 0;
                   return {};
                 }));
  return is_wanted;
}

Result<std::vector<ReindexedDocument>> ReindexTable::next(TenantId tenant, KnowledgeBaseId base,
                                                          std::int64_t count_max) {
  std::vector<ReindexedDocument> documents;
  TRY_VOID(sql_.query(
      "SELECT id, status, is_served, file_type = 'zip' FROM documents "
      "WHERE kb_id = ? AND tenant_id = ? "
      "AND reindex_number < (SELECT reindex_number FROM knowledge_bases WHERE id = ?) LIMIT ?",
      {base, tenant, base, count_max}, [&documents](const SqlRow& row) -> Result<void> {
        documents.push_back(
            {.id = row.id<DocumentId>(0),
             .status = parse_document_status(row.text(1)).value_or(DocumentStatus::failed),
             .is_served = row.integer(2) != 0,
             .is_archive = row.integer(3) != 0});
        return {};
      }));
  return documents;
}

Result<void> ReindexTable::mark(TenantId tenant, KnowledgeBaseId base, DocumentId id) {
  TRY_VOID(sql_.execute(
      "UPDATE documents SET reindex_number = (SELECT reindex_number FROM knowledge_bases "
      "WHERE id = ?) WHERE id = ? AND tenant_id = ?",
      {base, id, tenant}));
  return {};
}

Result<void> ReindexTable::read_again(TenantId tenant, DocumentId id, UnixMs now) {
  TRY_VOID(
      sql_.execute("UPDATE documents SET status = 'queued', progress = 0, "
                   "current_step = 'Waiting to be read again', error_message = '', failures = 0, "
                   "is_reread = 1, generation = generation + 1, updated_at = ? "
                   "WHERE id = ? AND tenant_id = ? AND status = 'completed'",
                   {now, id, tenant}));
  return {};
}

Result<std::vector<DocumentId>> ReindexTable::being_reread(TenantId tenant, KnowledgeBaseId base,
                                                           std::int64_t count_max) {
  std::vector<DocumentId> ids;
  TRY_VOID(
      sql_.query("SELECT id FROM documents WHERE kb_id = ? AND tenant_id = ? AND is_reread = 1 "
                 "AND is_served = 1 AND next_object_key = '' "
                 "AND status NOT IN ('completed', 'failed', 'cancelled') LIMIT ?",
                 {base, tenant, count_max}, [&ids](const SqlRow& row) -> Result<void> {
                   ids.push_back(row.id<DocumentId>(0));
                   return {};
                 }));
  return ids;
}

Result<std::vector<BaseName>> ReindexTable::bases_of_other_models(std::string_view model,
                                                                  std::int64_t count_max) {
  std::vector<BaseName> bases;
  TRY_VOID(sql_.query(
      "SELECT b.tenant_id, b.id FROM knowledge_bases b WHERE b.reindex_model <> ? AND EXISTS "
      "(SELECT 1 FROM documents d WHERE d.kb_id = b.id AND d.is_served = 1 "
      "AND d.embedding_model <> ? AND d.file_type <> 'zip') ORDER BY b.id LIMIT ?",
      {model, model, count_max}, [&bases](const SqlRow& row) -> Result<void> {
        bases.push_back({row.id<TenantId>(0), row.id<KnowledgeBaseId>(1)});
        return {};
      }));
  return bases;
}

Result<void> ReindexTable::set_model(TenantId tenant, KnowledgeBaseId base,
                                     std::string_view model) {
  TRY_VOID(
      sql_.execute("UPDATE knowledge_bases SET reindex_model = ? WHERE id = ? AND tenant_id = ?",
                   {model, base, tenant}));
  return {};
}

Result<std::int64_t> ReindexTable::count_of_other_models(TenantId tenant, KnowledgeBaseId base,
                                                         std::string_view model) {
  std::int64_t count = 0;
  TRY_VOID(
      sql_.query("SELECT COUNT(*) FROM documents WHERE kb_id = ? AND tenant_id = ? "
                 "AND is_served = 1 AND embedding_model <> ? AND file_type <> 'zip'",
                 {base, tenant, model}, [&count](const SqlRow& row) -> Result<void> {
                   count = row.integer(0);
                   return {};
                 }));
  return count;
}

}  // namespace aiva::knowledge
