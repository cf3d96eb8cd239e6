#include "capabilities/knowledge/internal/versions_table.h"

#include <utility>

namespace aiva::knowledge {
namespace {

constexpr int same_source_max = 100;

// The document shows again what searches see of it.
constexpr std::string_view back_to_served =
    "UPDATE documents SET next_version = 0, next_sha256 = '', next_size_bytes = 0, "
    "status = 'completed', progress = 100, current_step = 'Completed', error_message = '', "
    "failures = 0, is_reread = 0, awaits_recognition = 0, next_object_key = '', "
    "total_chunks = (SELECT COUNT(*) FROM document_chunks WHERE document_id = documents.id), "
    "processed_chunks = (SELECT COUNT(*) FROM document_chunks WHERE document_id = documents.id), "
    "generation = generation + 1, updated_at = ? WHERE id = ? AND tenant_id = ?";

Result<void> expect_one(Result<std::int64_t> changed) {
  if (!changed) return fail(std::move(changed.error()));
  if (*changed == 1) return {};
  return fail(ErrorCode::not_found, "No such document");
}

}  // namespace

std::string VersionsTable::source_of(const NewDocument& document) {
  if (!document.source_url.empty()) return "url:" + document.source_url;
  if (!document.parent.is_nil())
    return "in:" + document.parent.to_string() + "/" + document.filename;
  return "file:" + document.filename;
}

Result<std::vector<SourceDocument>> VersionsTable::of_source(TenantId tenant, KnowledgeBaseId base,
                                                             const std::string& source) {
  std::vector<SourceDocument> documents;
  TRY_VOID(sql_.query(
      "SELECT id, status, object_key, content_sha256, next_object_key, next_sha256, version, "
      "next_version, is_served, pages_to_recognise <> '' FROM documents "
      "WHERE kb_id = ? AND source = ? AND tenant_id = ? ORDER BY created_at DESC, id DESC LIMIT ?",
      {base, source, tenant, same_source_max}, [&documents](const SqlRow& row) -> Result<void> {
        documents.push_back(
            {.id = row.id<DocumentId>(0),
             .status = parse_document_status(row.text(1)).value_or(DocumentStatus::failed),
             .object_key = std::string(row.text(2)),
             .content_sha256 = std::string(row.text(3)),
             .next_object_key = std::string(row.text(4)),
             .next_sha256 = std::string(row.text(5)),
             .version = static_cast<int>(row.integer(6)),
             .next_version = static_cast<int>(row.integer(7)),
             .is_served = row.integer(8) != 0,
             .has_pages_to_recognise = row.integer(9) != 0});
        return {};
      }));
  return documents;
}

Result<void> VersionsTable::take_next(TenantId tenant, DocumentId id, const NextVersion& next,
                                      UnixMs now) {
  return expect_one(sql_.execute(
      "UPDATE documents SET next_version = ?, next_object_key = ?, next_sha256 = ?, "
      "next_size_bytes = ?, status = 'queued', progress = 0, current_step = 'Waiting', "
      "error_message = '', failures = 0, is_reread = 0, awaits_recognition = 0, "
      "generation = generation + 1, updated_at = ? WHERE id = ? AND tenant_id = ?",
      {next.number, next.object_key, next.content_sha256, next.size_bytes, now, id, tenant}));
}

Result<void> VersionsTable::withdraw_next(TenantId tenant, DocumentId id, UnixMs now) {
  return expect_one(
      sql_.execute(std::string(back_to_served) + " AND is_served = 1", {now, id, tenant}));
}

Result<bool> VersionsTable::end_reread(TenantId tenant, DocumentId id, UnixMs now) {
  TRY(auto changed,
      sql_.execute(std::string(back_to_served) +
                       " AND is_served = 1 AND is_reread = 1 AND next_object_key = '' "
                       "AND status NOT IN ('completed', 'failed', 'cancelled')",
                   {now, id, tenant}));
  return changed == 1;
}

Result<void> VersionsTable::replace_file(TenantId tenant, DocumentId id,
                                         const std::string& object_key) {
  return expect_one(sql_.execute(
      "UPDATE documents SET object_key = CASE WHEN next_object_key = '' THEN ? "
      "ELSE object_key END, next_object_key = CASE WHEN next_object_key = '' THEN '' ELSE ? END "
      "WHERE id = ? AND tenant_id = ?",
      {object_key, object_key, id, tenant}));
}

Result<void> VersionsTable::set_metadata(TenantId tenant, DocumentId id,
                                         const std::string& metadata, UnixMs now) {
  return expect_one(
      sql_.execute("UPDATE documents SET metadata = ?, updated_at = ? "
                   "WHERE id = ? AND tenant_id = ?",
                   {metadata, now, id, tenant}));
}

Result<std::vector<DocumentId>> VersionsTable::children(TenantId tenant, DocumentId parent) {
  std::vector<DocumentId> ids;
  TRY_VOID(sql_.query("SELECT id FROM documents WHERE parent_id = ? AND tenant_id = ?",
                      {parent, tenant}, [&ids](const SqlRow& row) -> Result<void> {
                        ids.push_back(row.id<DocumentId>(0));
                        return {};
                      }));
  return ids;
}

}  // namespace aiva::knowledge
