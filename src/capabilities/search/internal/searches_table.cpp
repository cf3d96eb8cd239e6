#include "capabilities/search/internal/searches_table.h"

#include <limits>
#include <utility>

#include "capabilities/search/question.h"
#include "ports/delete_selected.h"

namespace aiva::search {
namespace {

constexpr std::string_view in_range =
    " FROM knowledge_searches WHERE tenant_id = ? AND kb_id = ? AND created_at >= ? AND "
    "created_at < ?";

std::string select(std::string_view columns, std::string_view rest) {
  std::string sql("SELECT ");
  sql.append(columns).append(in_range).append(rest);
  return sql;
}

// The ids of the newest searches that found no more than so many results.
std::string select_newest(std::string_view columns, std::string_view rest) {
  std::string sql("SELECT ");
  sql.append(columns).append(" FROM (");
  sql += select("id, created_at, results_count", " ORDER BY created_at DESC, id DESC LIMIT ?");
  sql.append(") newest WHERE results_count <= ?").append(rest);
  return sql;
}

PastSearch read_search(const SqlRow& row) {
  PastSearch search{.id = std::string(row.text(0)),
                    .query = std::string(row.text(3)),
                    .type = std::string(row.text(4)),
                    .results_count = row.integer(5),
                    .top_score = row.real(6),
                    .time_ms = row.real(7),
                    .query_tokens = row.integer(8),
                    .base_cost = row.integer(9),
                    .is_cached = row.integer(10) != 0,
                    .created_at = row.integer(11)};
  if (!row.is_null(1)) search.user = row.id<UserId>(1);
  if (!row.is_null(2)) search.session = row.id<ChatSessionId>(2);
  return search;
}

}  // namespace

Result<knowledge::PageOf<PastSearch>> SearchesTable::page(const SearchRange& range,
                                                          const HistoryFilter& filter,
                                                          std::int64_t counted_max) {
  auto results_max = filter.is_without_results ? 0 : std::numeric_limits<std::int64_t>::max();
  knowledge::PageOf<PastSearch> page;
  TRY_VOID(sql_.query(select_newest("COUNT(*)", ""),
                      {range.tenant, range.base, range.from, range.until, counted_max, results_max},
                      [&page](const SqlRow& row) -> Result<void> {
                        page.total = row.integer(0);
                        return {};
                      }));
  auto offset = std::int64_t{filter.page.page - 1} * filter.page.limit;
  auto after = filter.page.after.value_or(before_newest);
  auto sql =
      "SELECT s.id, s.user_id, s.session_id, s.query, s.search_type, s.results_count, "
      "s.top_score, s.search_time_ms, s.query_tokens, s.base_cost, s.is_cached, s.created_at "
      "FROM (" +
      select_newest("id",
                    " AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC "
                    "LIMIT ? OFFSET ?") +
      ") wanted JOIN knowledge_searches s ON s.id = wanted.id "
      "ORDER BY s.created_at DESC, s.id DESC";
  TRY_VOID(sql_.query(sql,
                      {range.tenant, range.base, range.from, range.until, counted_max, results_max,
                       after.key, after.id, filter.page.limit, offset},
                      [&page](const SqlRow& row) -> Result<void> {
                        page.items.push_back(read_search(row));
                        return {};
                      }));
  return page;
}

Result<std::optional<UnixMs>> SearchesTable::beyond_newest(const SearchRange& range,
                                                           std::int64_t count) {
  std::optional<UnixMs> instant;
  TRY_VOID(sql_.query(select("created_at", " ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET ?"),
                      {range.tenant, range.base, range.from, range.until, count},
                      [&instant](const SqlRow& row) -> Result<void> {
                        instant = row.integer(0);
                        return {};
                      }));
  return instant;
}

Result<void> SearchesTable::hours(const SearchRange& range, const EachHour& each) {
  auto sql = select(
      "created_at - created_at % 3600000 AS hour_begin, search_type, COUNT(*), SUM(is_cached), "
      "SUM(CASE WHEN results_count = 0 THEN 1 ELSE 0 END), SUM(search_time_ms), SUM(base_cost)",
      " GROUP BY hour_begin, search_type");
  return sql_.query(sql, {range.tenant, range.base, range.from, range.until},
                    [&each](const SqlRow& row) -> Result<void> {
                      each(row.integer(0), row.text(1),
                           {.count = row.integer(2),
                            .cached = row.integer(3),
                            .without_results = row.integer(4),
                            .time_ms = row.real(5),
                            .base_cost = row.integer(6)});
                      return {};
                    });
}

Result<SearchesTable::Times> SearchesTable::times(const SearchRange& range, std::int64_t step) {
  Times times;
  TRY_VOID(sql_.query(select("is_cached, search_time_ms", " AND created_at % ? = 0"),
                      {range.tenant, range.base, range.from, range.until, step},
                      [&times](const SqlRow& row) -> Result<void> {
                        auto& list = row.integer(0) != 0 ? times.cached : times.uncached;
                        list.push_back(row.real(1));
                        return {};
                      }));
  return times;
}

Result<std::vector<AskedQuestion>> SearchesTable::questions(const SearchRange& range,
                                                            bool is_without_results,
                                                            int count_max) {
  auto results_max = is_without_results ? 0 : std::numeric_limits<std::int64_t>::max();
  std::vector<AskedQuestion> questions;
  std::vector<std::int64_t> hashes;
  auto sql = select(
      "question_hash, COUNT(*) AS times_asked, SUM(CASE WHEN results_count = 0 THEN 1 ELSE 0 END), "
      "AVG(top_score), MAX(created_at) AS last_asked",
      " AND question_hash <> 0 AND results_count <= ? GROUP BY question_hash "
      "ORDER BY times_asked DESC, last_asked DESC, question_hash LIMIT ?");
  TRY_VOID(sql_.query(sql,
                      {range.tenant, range.base, range.from, range.until, results_max, count_max},
                      [&](const SqlRow& row) -> Result<void> {
                        hashes.push_back(row.integer(0));
                        questions.push_back({.question = {},
                                             .count = row.integer(1),
                                             .without_results = row.integer(2),
                                             .mean_score = row.real(3),
                                             .last_asked_at = row.integer(4)});
                        return {};
                      }));
  for (std::size_t i = 0; i < questions.size(); ++i) {
    TRY(questions[i].question, question_text(range, hashes[i], questions[i].last_asked_at));
  }
  return questions;
}

Result<std::string> SearchesTable::question_text(const SearchRange& range, std::int64_t hash,
                                                 UnixMs asked_at) {
  std::string text;
  TRY_VOID(sql_.query(
      "SELECT query FROM knowledge_searches WHERE tenant_id = ? AND kb_id = ? AND created_at = ? "
      "AND question_hash = ? LIMIT 1",
      {range.tenant, range.base, asked_at, hash}, [&text](const SqlRow& row) -> Result<void> {
        text = normal_question(row.text(0));
        return {};
      }));
  return text;
}

// Ids begin with the instant they were made at, so the rows lie in the order of their age. Only the
// oldest are looked at.
Result<std::int64_t> SearchesTable::remove_older(UnixMs than, std::int64_t count) {
  return delete_selected(sql_, {.table = "knowledge_searches", .key = "id"},
                         "SELECT id FROM (SELECT id, created_at FROM knowledge_searches "
                         "ORDER BY id LIMIT ?) oldest WHERE created_at < ?",
                         {count, than});
}

}  // namespace aiva::search
