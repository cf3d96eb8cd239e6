#include "adapters/sqlite/fts_keyword_index.h"

#include <algorithm>
#include <utility>

#include "adapters/sqlite/keyword_query.h"

namespace aiva {
namespace {

constexpr std::size_t hits_max = 1000;

// The inner query ranks inside the index alone; only the best rows are looked up. A word of a
// heading counts twice as much as one of the text. FTS5's rank is negative BM25.
constexpr std::string_view search_sql =
    "SELECT c.id, -k.rank FROM ("
    "SELECT rowid, rank FROM chunk_keywords WHERE chunk_keywords MATCH ?1 "
    "AND rank MATCH 'bm25(1.0, 2.0, 0.0)' ORDER BY rank LIMIT ?2) k "
    "JOIN document_chunks c ON c.rowid = k.rowid "
    "WHERE c.kb_id = ?3 AND (?4 IS NULL OR c.tenant_id = ?4) ORDER BY k.rank, c.id";

class FtsKeywordIndex final : public KeywordIndex {
 public:
  explicit FtsKeywordIndex(Database& database) : database_(database) {}

  Task<Result<std::vector<KeywordHit>>> search(CallContext context, KnowledgeBaseId knowledge_base,
                                               std::string query, std::size_t count_max) override {
    std::vector<KeywordHit> hits;
    auto match = make_keyword_query(keyword_scope(knowledge_base), query);
    if (match.empty() || count_max == 0) co_return hits;
    auto limit = std::min(count_max, hits_max);
    std::optional<TenantId> tenant;
    if (!context.tenant.is_nil()) tenant = context.tenant;
    auto body = [&](SqlSession& session) -> Result<void> {
      return session.query(search_sql, {match, limit, knowledge_base, tenant},
                           [&hits](const SqlRow& row) -> Result<void> {
                             hits.push_back({row.id<ChunkId>(0), row.real(1)});
                             return {};
                           });
    };
    auto reading = read(database_, context, body);
    CO_TRY_VOID(co_await std::move(reading));
    co_return hits;
  }

 private:
  Database& database_;
};

}  // namespace

std::string keyword_scope(KnowledgeBaseId knowledge_base) {
  auto text = knowledge_base.to_string();
  std::erase(text, '-');
  return text;
}

std::unique_ptr<KeywordIndex> make_fts_keyword_index(Database& database) {
  return std::make_unique<FtsKeywordIndex>(database);
}

}  // namespace aiva
