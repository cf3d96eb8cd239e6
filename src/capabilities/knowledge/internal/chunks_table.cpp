#include "capabilities/knowledge/internal/chunks_table.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include "capabilities/knowledge/internal/span_text.h"
#include "foundation/crypto.h"
#include "ports/insert_rows.h"

namespace aiva::knowledge {
namespace {

constexpr std::size_t chunk_columns = 14;
constexpr std::size_t vector_columns = 9;

static_assert(std::endian::native == std::endian::little, "vectors are stored little-endian");

constexpr std::string_view select_chunk =
    "SELECT c.id, c.document_id, c.kb_id, c.chunk_index, c.chunk_type, c.text, c.heading_path, "
    "c.page_first, c.page_last, c.token_count, c.spans, d.filename, d.file_type, d.metadata, "
    "d.created_at, d.version "
    "FROM document_chunks c JOIN documents d ON d.id = c.document_id "
    "WHERE c.id = ? AND c.tenant_id = ?";

constexpr std::string_view select_around =
    "SELECT c.id, c.document_id, c.kb_id, c.chunk_index, c.chunk_type, c.text, c.heading_path, "
    "c.page_first, c.page_last, c.token_count, c.spans, d.filename, d.file_type, d.metadata, "
    "d.created_at, d.version "
    "FROM document_chunks self JOIN document_chunks c ON c.document_id = self.document_id "
    "JOIN documents d ON d.id = c.document_id "
    "WHERE self.id = ? AND self.tenant_id = ? AND c.tenant_id = self.tenant_id "
    "AND c.chunk_index BETWEEN self.chunk_index - ? AND self.chunk_index + ? "
    "ORDER BY c.chunk_index";

constexpr std::string_view select_of_document =
    "SELECT c.id, c.document_id, c.kb_id, c.chunk_index, c.chunk_type, c.text, c.heading_path, "
    "c.page_first, c.page_last, c.token_count, c.spans, d.filename, d.file_type, d.metadata, "
    "d.created_at, d.version "
    "FROM document_chunks c JOIN documents d ON d.id = c.document_id "
    "WHERE c.kb_id = ? AND c.document_id = ? AND c.tenant_id = ? AND c.chunk_index > ? "
    "AND c.page_first <= ? AND c.page_last >= ? ORDER BY c.chunk_index LIMIT ? OFFSET ?";

constexpr std::string_view count_of_document =
    "SELECT COUNT(*) FROM document_chunks WHERE kb_id = ? AND document_id = ? AND tenant_id = ? "
    "AND page_first <= ? AND page_last >= ?";

Chunk read_chunk(const SqlRow& row) {
  return Chunk{.id = row.id<ChunkId>(0),
               .document = row.id<DocumentId>(1),
               .knowledge_base = row.id<KnowledgeBaseId>(2),
               .index = row.integer(3),
               .type = std::string(row.text(4)),
               .text = std::string(row.text(5)),
               .heading_path = std::string(row.text(6)),
               .page_first = static_cast<int>(row.integer(7)),
               .page_last = static_cast<int>(row.integer(8)),
               .token_count = static_cast<int>(row.integer(9)),
               .spans = read_spans(row.text(10)),
               .document_name = std::string(row.text(11)),
               .file_type = std::string(row.text(12)),
               .document_version = static_cast<int>(row.integer(15)),
               .document_metadata = std::string(row.text(13)),
               .document_created_at = row.integer(14)};
}

constexpr std::string_view select_passages =
    "SELECT c.rowid, c.id, c.chunk_type, c.page_first, c.page_last, c.text, c.heading_path, "
    "d.title, d.language, v.model, v.vector "
    "FROM document_chunks c JOIN documents d ON d.id = c.document_id "
    "LEFT JOIN chunk_vectors v ON v.chunk_rowid = c.rowid "
    "WHERE c.document_id = ? AND c.kb_id = ? AND c.rowid > ? ORDER BY c.rowid LIMIT ?";

IndexedPassage read_passage(const SqlRow& row, DocumentId document) {
  return {.chunk = row.id<ChunkId>(1),
          .document = document,
          .kind = parse_passage_kind(row.text(2)),
          .page_first = static_cast<int>(row.integer(3)),
          .page_last = static_cast<int>(row.integer(4)),
          .text = std::string(row.text(5)),
          .heading = std::string(row.text(6)),
          .title = std::string(row.text(7)),
          .language = std::string(row.text(8))};
}

// The number before those of new rows: the minute, so that rows lie in the order they came in, and
// chance. Counting on from the greatest would have every writer wait for the others.
std::int64_t choose_rows(UnixMs now) {
  std::array<std::uint8_t, sizeof(std::uint64_t)> chance{};
  random_bytes(chance);
  auto low = std::bit_cast<std::uint64_t>(chance) & ((std::uint64_t{1} << 37) - 1);
  return ((now >> 16) << 37) + static_cast<std::int64_t>(low);
}

void append(std::vector<SqlValue>& values, SqlSession::Parameters row) {
  values.insert(values.end(), row.begin(), row.end());
}

}  // namespace

Result<void> ChunksTable::insert(TenantId tenant, std::span<const Chunk> chunks,
                                 const NewVectors& vectors, UnixMs now) {
  const auto dimension = vectors.dimension;
  AIVA_ASSERT(vectors.values.size() == chunks.size() * dimension);
  AIVA_ASSERT(dimension == 0 || vectors.text_sha256.size() == chunks.size());
  auto rowid = choose_rows(now);
  std::vector<std::string> spans;
  spans.reserve(chunks.size());
  std::vector<SqlValue> rows;
  std::vector<SqlValue> vector_rows;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const auto& chunk = chunks[i];
    ++rowid;
    spans.push_back(write_spans(chunk.spans));
    append(rows, {rowid, chunk.id, tenant, chunk.knowledge_base, chunk.document, chunk.index,
                  chunk.type, chunk.text, chunk.heading_path, chunk.page_first, chunk.page_last,
                  chunk.token_count, spans.back(), now});
    if (dimension == 0) continue;
    append(vector_rows, {rowid, chunk.id, tenant, chunk.knowledge_base, chunk.document,
                         vectors.model, dimension, vectors.text_sha256[i],
                         std::as_bytes(vectors.values.subspan(i * dimension, dimension))});
  }
  TRY_VOID(insert_rows(
      sql_,
      "INSERT INTO document_chunks (rowid, id, tenant_id, kb_id, document_id, chunk_index, "
      "chunk_type, text, heading_path, page_first, page_last, token_count, spans, created_at)",
      chunk_columns, rows));
  return insert_rows(
      sql_,
      "INSERT INTO chunk_vectors (chunk_rowid, chunk_id, tenant_id, kb_id, document_id, model, "
      "dimension, text_sha256, vector)",
      vector_columns, vector_rows);
}

Result<bool> ChunksTable::find_vector(TenantId tenant, std::string_view text_sha256,
                                      std::string_view model, std::span<float> row) {
  bool is_found = false;
  TRY_VOID(sql_.query(
      "SELECT vector FROM chunk_vectors WHERE tenant_id = ? AND text_sha256 = ? "
      "AND model = ? AND dimension = ? LIMIT 1",
      {tenant, text_sha256, model, row.size()}, [&](const SqlRow& found) -> Result<void> {
        auto bytes = found.bytes(0);
        is_found = bytes.size() == row.size_bytes();
        if (is_found) std::memcpy(row.data(), bytes.data(), bytes.size());
        return {};
      }));
  return is_found;
}

Result<std::int64_t> ChunksTable::remove_of_document(KnowledgeBaseId base, DocumentId document) {
  TRY_VOID(sql_.execute("DELETE FROM chunk_vectors WHERE kb_id = ? AND document_id = ?",
                        {base, document}));
  return sql_.execute("DELETE FROM document_chunks WHERE kb_id = ? AND document_id = ?",
                      {base, document});
}

Result<void> ChunksTable::remove_of_base(KnowledgeBaseId base) {
  TRY_VOID(sql_.execute("DELETE FROM chunk_vectors WHERE kb_id = ?", {base}));
  TRY_VOID(sql_.execute("DELETE FROM document_chunks WHERE kb_id = ?", {base}));
  TRY_VOID(sql_.execute("DELETE FROM document_changes WHERE kb_id = ?", {base}));
  return {};
}

Result<std::vector<Chunk>> ChunksTable::get(TenantId tenant, std::span<const ChunkId> ids) {
  std::vector<Chunk> chunks;
  chunks.reserve(ids.size());
  for (auto id : ids)
    TRY_VOID(sql_.query(select_chunk, {id, tenant}, [&chunks](const SqlRow& row) -> Result<void> {
      chunks.push_back(read_chunk(row));
      return {};
    }));
  return chunks;
}

Result<std::vector<Chunk>> ChunksTable::around(TenantId tenant, ChunkId id, std::int64_t distance) {
  std::vector<Chunk> chunks;
  TRY_VOID(sql_.query(select_around, {id, tenant, distance, distance},
                      [&chunks](const SqlRow& row) -> Result<void> {
                        chunks.push_back(read_chunk(row));
                        return {};
                      }));
  return chunks;
}

Result<PageOf<Chunk>> ChunksTable::of_document(TenantId tenant, const DocumentChunks& wanted) {
  const auto& [base, document, on_page, asked] = wanted;
  auto page_first_max = on_page > 0 ? on_page : std::numeric_limits<int>::max();
  PageOf<Chunk> page;
  TRY(page.total, count_rows(count_of_document, {base, document, tenant, page_first_max, on_page}));
  auto after = asked.after ? asked.after->key : -1;
  auto offset = asked.after ? 0 : std::int64_t{asked.page - 1} * asked.limit;
  TRY_VOID(sql_.query(select_of_document,
                      {base, document, tenant, after, page_first_max, on_page, asked.limit, offset},
                      [&page](const SqlRow& row) -> Result<void> {
                        page.items.push_back(read_chunk(row));
                        return {};
                      }));
  return page;
}

Result<std::int64_t> ChunksTable::count(KnowledgeBaseId base) {
  return count_rows("SELECT COUNT(*) FROM document_chunks WHERE kb_id = ?", {base});
}

Result<std::int64_t> ChunksTable::count_vectors(KnowledgeBaseId base, std::string_view model) {
  return count_rows("SELECT COUNT(*) FROM chunk_vectors WHERE kb_id = ? AND model = ?",
                    {base, model});
}

Result<std::vector<ChangedDocument>> ChunksTable::changed_documents(KnowledgeBaseId base,
                                                                    const ChangedDocument& last,
                                                                    std::int64_t count_max) {
  std::vector<ChangedDocument> changed;
  TRY_VOID(
      sql_.query("SELECT document_id, version FROM document_changes WHERE kb_id = ? "
                 "AND (version > ? OR (version = ? AND document_id > ?)) "
                 "ORDER BY version, document_id LIMIT ?",
                 {base, last.version, last.version, last.id, count_max},
                 [&changed](const SqlRow& row) -> Result<void> {
                   changed.push_back({.id = row.id<DocumentId>(0), .version = row.integer(1)});
                   return {};
                 }));
  return changed;
}

Result<StoredPassages> ChunksTable::passages(KnowledgeBaseId base, const PassagePage& page) {
  StoredPassages stored;
  TRY_VOID(sql_.query(select_passages, {page.document, base, page.row_last, page.count_max},
                      [&stored, &page](const SqlRow& row) -> Result<void> {
                        stored.row_last = row.integer(0);
                        auto passage = read_passage(row, page.document);
                        auto bytes = row.bytes(10);
                        bool is_ours = row.text(9) == page.model &&
                                       bytes.size() == page.dimension * sizeof(float);
                        if (is_ours && page.dimension > 0) {
                          passage.vector.resize(page.dimension);
                          std::memcpy(passage.vector.data(), bytes.data(), bytes.size());
                        } else if (!row.is_null(9)) {
                          ++stored.of_other_models;
                        }
                        stored.passages.push_back(std::move(passage));
                        return {};
                      }));
  return stored;
}

Result<std::int64_t> ChunksTable::count_rows(std::string_view sql,
                                             SqlSession::Parameters parameters) {
  std::int64_t count = 0;
  TRY_VOID(sql_.query(sql, parameters, [&count](const SqlRow& row) -> Result<void> {
    count = row.integer(0);
    return {};
  }));
  return count;
}

}  // namespace aiva::knowledge
