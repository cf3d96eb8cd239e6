#include "capabilities/crawl/internal/crawls_table.h"

#include <limits>
#include <utility>

namespace aiva::crawl {
namespace {

constexpr int notes_max = 100;
constexpr std::string_view where_unfinished =
    " WHERE id = ? AND tenant_id = ? AND state IN ('queued', 'running')";
constexpr std::string_view select_crawl =
    "SELECT id, tenant_id, kb_id, url, max_depth, max_pages, metadata, state, error_message, "
    "created_at, updated_at, robots, moves, failures, created_by, steps FROM crawls "
    "WHERE id = ? AND tenant_id = ?";

CrawlRow read_row(const SqlRow& row) {
  CrawlRow found;
  found.crawl = {.id = row.id<CrawlId>(0),
                 .tenant = row.id<TenantId>(1),
                 .knowledge_base = row.id<KnowledgeBaseId>(2),
                 .url = std::string(row.text(3)),
                 .max_depth = static_cast<int>(row.integer(4)),
                 .max_pages = static_cast<int>(row.integer(5)),
                 .metadata = std::string(row.text(6)),
                 .state = parse_crawl_state(row.text(7)).value_or(CrawlState::failed),
                 .error_message = std::string(row.text(8)),
                 .created_at = row.integer(9),
                 .updated_at = row.integer(10)};
  found.robots = std::string(row.text(11));
  found.moves = static_cast<int>(row.integer(12));
  found.failures = static_cast<int>(row.integer(13));
  if (!row.is_null(14)) found.created_by = row.id<UserId>(14);
  found.steps = row.integer(15);
  return found;
}

}  // namespace

Result<void> CrawlsTable::insert(const Crawl& crawl, UserId created_by) {
  auto creator = created_by.is_nil() ? SqlValue(nullptr) : SqlValue(created_by);
  TRY_VOID(sql_.execute(
      "INSERT INTO crawls (id, tenant_id, kb_id, url, max_depth, max_pages, metadata, state, "
      "created_by, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {crawl.id, crawl.tenant, crawl.knowledge_base, crawl.url, crawl.max_depth, crawl.max_pages,
       crawl.metadata, to_string(crawl.state), creator, crawl.created_at, crawl.updated_at}));
  return {};
}

Result<Crawl> CrawlsTable::get(TenantId tenant, CrawlId id) {
  TRY(auto row, find(tenant, id));
  if (!row) return fail(ErrorCode::not_found, "No such crawl");
  auto crawl = std::move(row->crawl);
  TRY_VOID(
      sql_.query("SELECT state, COUNT(*) FROM crawl_pages WHERE crawl_id = ? AND is_sitemap = 0 "
                 "GROUP BY state",
                 {id}, [&crawl](const SqlRow& figures) -> Result<void> {
                   auto count = figures.integer(1);
                   crawl.pages_found += count;
                   if (figures.text(0) == "fetched") crawl.pages_fetched = count;
                   if (figures.text(0) == "failed") crawl.pages_failed = count;
                   if (figures.text(0) == "skipped") crawl.pages_skipped = count;
                   return {};
                 }));
  TRY_VOID(sql_.query(
      "SELECT url, reason FROM crawl_pages WHERE crawl_id = ? AND state IN ('failed', 'skipped') "
      "ORDER BY position LIMIT ?",
      {id, notes_max}, [&crawl](const SqlRow& note) -> Result<void> {
        crawl.notes.push_back({std::string(note.text(0)), std::string(note.text(1))});
        return {};
      }));
  return crawl;
}

Result<std::optional<CrawlRow>> CrawlsTable::find(TenantId tenant, CrawlId id) {
  std::optional<CrawlRow> found;
  TRY_VOID(sql_.query(select_crawl, {id, tenant}, [&found](const SqlRow& row) -> Result<void> {
    found = read_row(row);
    return {};
  }));
  return found;
}

Result<std::int64_t> CrawlsTable::count_unfinished(TenantId tenant) {
  return number(
      "SELECT COUNT(*) FROM crawls WHERE tenant_id = ? AND state IN ('queued', 'running')",
      {tenant});
}

Result<bool> CrawlsTable::take_step(TenantId tenant, CrawlId id, std::int64_t step, UnixMs now) {
  TRY(auto changed,
      sql_.execute("UPDATE crawls SET steps = steps + 1, failures = 0, updated_at = ?" +
                       std::string(where_unfinished) + " AND steps = ?",
                   {now, id, tenant, step}));
  return changed == 1;
}

Result<void> CrawlsTable::begin(TenantId tenant, CrawlId id, const std::string& robots) {
  TRY_VOID(sql_.execute(
      "UPDATE crawls SET state = 'running', robots = ?" + std::string(where_unfinished),
      {robots, id, tenant}));
  return {};
}

Result<void> CrawlsTable::move(TenantId tenant, CrawlId id, const std::string& url) {
  TRY_VOID(
      sql_.execute("UPDATE crawls SET state = 'queued', url = ?, robots = '', "
                   "moves = moves + 1" +
                       std::string(where_unfinished),
                   {url, id, tenant}));
  TRY_VOID(sql_.execute("DELETE FROM crawl_pages WHERE crawl_id = ?", {id}));
  return {};
}

Result<bool> CrawlsTable::end(TenantId tenant, CrawlId id, CrawlState state,
                              const std::string& reason, UnixMs now) {
  TRY(auto changed, sql_.execute("UPDATE crawls SET state = ?, error_message = ?, updated_at = ?" +
                                     std::string(where_unfinished),
                                 {to_string(state), reason, now, id, tenant}));
  return changed == 1;
}

Result<void> CrawlsTable::set_failures(TenantId tenant, CrawlId id, int failures) {
  TRY_VOID(sql_.execute("UPDATE crawls SET failures = ? WHERE id = ? AND tenant_id = ?",
                        {failures, id, tenant}));
  return {};
}

Result<void> CrawlsTable::add_page(CrawlId id, const PageRow& page, std::int64_t count_max) {
  TRY(auto is_known,
      number("SELECT COUNT(*) FROM crawl_pages WHERE crawl_id = ? AND url = ?", {id, page.url}));
  if (is_known > 0) return {};
  TRY(auto position,
      number("SELECT COALESCE(MAX(position), 0) + 1 FROM crawl_pages WHERE crawl_id = ?", {id}));
  if (position > count_max) return {};
  TRY_VOID(
      sql_.execute("INSERT INTO crawl_pages (crawl_id, url, position, depth, is_sitemap) "
                   "VALUES (?, ?, ?, ?, ?)",
                   {id, page.url, position, page.depth, page.is_sitemap}));
  return {};
}

Result<std::optional<PageRow>> CrawlsTable::next_page(CrawlId id) {
  std::optional<PageRow> page;
  TRY_VOID(sql_.query(
      "SELECT url, depth, is_sitemap FROM crawl_pages WHERE crawl_id = ? AND state = 'waiting' "
      "ORDER BY position LIMIT 1",
      {id}, [&page](const SqlRow& row) -> Result<void> {
        page = PageRow{.url = std::string(row.text(0)),
                       .depth = static_cast<int>(row.integer(1)),
                       .is_sitemap = row.integer(2) != 0};
        return {};
      }));
  return page;
}

Result<void> CrawlsTable::finish_page(CrawlId id, const PageOutcome& outcome) {
  TRY_VOID(add_page(id, {.url = outcome.url}, std::numeric_limits<std::int64_t>::max()));
  auto document = outcome.document.is_nil() ? SqlValue(nullptr) : SqlValue(outcome.document);
  TRY_VOID(sql_.execute(
      "UPDATE crawl_pages SET state = ?, reason = ?, content_sha256 = ?, "
      "document_id = ? WHERE crawl_id = ? AND url = ? AND state = 'waiting'",
      {outcome.state, outcome.reason, outcome.content_sha256, document, id, outcome.url}));
  return {};
}

Result<bool> CrawlsTable::is_finished(CrawlId id, const std::string& url) {
  TRY(auto count, number("SELECT COUNT(*) FROM crawl_pages WHERE crawl_id = ? AND url = ? "
                         "AND state <> 'waiting'",
                         {id, url}));
  return count > 0;
}

Result<std::optional<std::string>> CrawlsTable::same_content(CrawlId id,
                                                             const std::string& sha256) {
  std::optional<std::string> url;
  TRY_VOID(
      sql_.query("SELECT url FROM crawl_pages WHERE crawl_id = ? AND state = 'fetched' "
                 "AND content_sha256 = ? LIMIT 1",
                 {id, sha256}, [&url](const SqlRow& row) -> Result<void> {
                   url = std::string(row.text(0));
                   return {};
                 }));
  return url;
}

Result<std::int64_t> CrawlsTable::count_fetched(CrawlId id) {
  return number(
      "SELECT COUNT(*) FROM crawl_pages WHERE crawl_id = ? AND state = 'fetched' "
      "AND is_sitemap = 0",
      {id});
}

Result<std::int64_t> CrawlsTable::number(std::string_view sql, SqlSession::Parameters parameters) {
  std::int64_t found = 0;
  TRY_VOID(sql_.query(sql, parameters, [&found](const SqlRow& row) -> Result<void> {
    found = row.integer(0);
    return {};
  }));
  return found;
}

}  // namespace aiva::crawl
