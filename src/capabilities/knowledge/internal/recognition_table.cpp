#include "capabilities/knowledge/internal/recognition_table.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "capabilities/knowledge/internal/validation.h"

namespace aiva::knowledge {

std::string RecognitionTable::write_pages(std::span<const int> pages) {
  std::string text;
  for (int page : pages) text.append(text.empty() ? "" : ",").append(std::to_string(page));
  return text;
}

std::vector<int> RecognitionTable::read_pages(std::string_view text) {
  std::vector<int> pages;
  const char* end = text.data() + text.size();
  for (const char* at = text.data(); at < end;) {
    int page = 0;
    auto read = std::from_chars(at, end, page);
    if (read.ec != std::errc()) break;
    pages.push_back(page);
    at = read.ptr + 1;
  }
  return pages;
}

Result<std::optional<PrintedDocument>> RecognitionTable::find(TenantId tenant, DocumentId id) {
  std::optional<PrintedDocument> found;
  TRY_VOID(sql_.query(
      "SELECT d.object_key, d.next_object_key, d.generation, d.pages_to_recognise, "
      "d.recognition_failures, d.awaits_recognition, b.settings FROM documents d "
      "JOIN knowledge_bases b ON b.id = d.kb_id WHERE d.id = ? AND d.tenant_id = ? "
      "AND d.pages_to_recognise <> '' "
      "AND ((d.awaits_recognition = 1 AND d.status = 'processing') OR d.status = 'completed')",
      {id, tenant}, [&found](const SqlRow& row) -> Result<void> {
        found = PrintedDocument{.object_key = std::string(row.text(0)),
                                .generation = row.integer(2),
                                .pages = std::string(row.text(3)),
                                .failures = static_cast<int>(row.integer(4)),
                                .is_awaited = row.integer(5) != 0,
                                .chunks = read_chunk_settings(row.text(6))};
        if (found->is_awaited && !row.text(1).empty())
          found->obsolete_key = std::exchange(found->object_key, row.text(1));
        return {};
      }));
  if (!found) return std::nullopt;
  TRY(found->document, DocumentsTable(sql_).get(tenant, id));
  return found;
}

Result<bool> RecognitionTable::take_off(TenantId tenant, DocumentId id, std::int64_t generation,
                                        const RecognisedBatch& batch, UnixMs now) {
  TRY(auto changed,
      sql_.execute("UPDATE documents SET pages_to_recognise = ?, recognition_failures = 0, "
                   "processing_stats = ?, total_chunks = total_chunks + ?, "
                   "processed_chunks = processed_chunks + ?, updated_at = ? "
                   "WHERE id = ? AND tenant_id = ? AND generation = ? AND status = 'completed' "
                   "AND pages_to_recognise = ?",
                   {batch.pages_left, batch.processing_stats, batch.chunks_added,
                    batch.chunks_added, now, id, tenant, generation, batch.pages_before}));
  return changed == 1;
}

Result<bool> RecognitionTable::take_off_awaited(TenantId tenant, DocumentId id,
                                                std::int64_t generation,
                                                const RecognisedBatch& batch, UnixMs now) {
  TRY(auto changed,
      sql_.execute("UPDATE documents SET pages_to_recognise = ?, recognition_failures = 0, "
                   "processing_stats = ?, updated_at = ? "
                   "WHERE id = ? AND tenant_id = ? AND generation = ? AND awaits_recognition = 1 "
                   "AND pages_to_recognise = ?",
                   {batch.pages_left, batch.processing_stats, now, id, tenant, generation,
                    batch.pages_before}));
  return changed == 1;
}

Result<void> RecognitionTable::note_failure(TenantId tenant, DocumentId id,
                                            std::int64_t generation) {
  TRY_VOID(
      sql_.execute("UPDATE documents SET recognition_failures = recognition_failures + 1 "
                   "WHERE id = ? AND tenant_id = ? AND generation = ?",
                   {id, tenant, generation}));
  return {};
}

Result<void> RecognitionTable::order_chunks(KnowledgeBaseId base, DocumentId document) {
  std::vector<std::int64_t> rows;
  bool is_ordered = true;
  TRY_VOID(sql_.query(
      "SELECT rowid, chunk_index FROM document_chunks WHERE kb_id = ? AND document_id = ? "
      "ORDER BY page_first, chunk_index",
      {base, document}, [&](const SqlRow& row) -> Result<void> {
        is_ordered = is_ordered && row.integer(1) == static_cast<std::int64_t>(rows.size());
        rows.push_back(row.integer(0));
        return {};
      }));
  if (is_ordered) return {};
  // Numbers are unique within a document, so all make room first.
  TRY_VOID(
      sql_.execute("UPDATE document_chunks SET chunk_index = -1 - chunk_index "
                   "WHERE kb_id = ? AND document_id = ?",
                   {base, document}));
  for (std::size_t i = 0; i < rows.size(); ++i)
    TRY_VOID(
        sql_.execute("UPDATE document_chunks SET chunk_index = ? WHERE rowid = ?", {i, rows[i]}));
  return {};
}

}  // namespace aiva::knowledge
