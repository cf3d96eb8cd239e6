#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/crawl/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::crawl {

// A crawl as its jobs need it.
struct CrawlRow {
  Crawl crawl{};  // without figures and notes
  std::string robots{};
  std::int64_t steps = 0;
  int moves = 0;
  int failures = 0;
  UserId created_by{};
};

// An address of a site.
struct PageRow {
  std::string url{};
  int depth = 0;
  bool is_sitemap = false;
};

// What became of a page.
struct PageOutcome {
  std::string url{};
  std::string state = "fetched";  // fetched | skipped | failed
  std::string reason{};
  std::string content_sha256{};
  DocumentId document{};
};

// The rows of crawls and their pages; lives inside one read or transaction.
class CrawlsTable {
 public:
  explicit CrawlsTable(SqlSession& sql) : sql_(sql) {}

  Result<void> insert(const Crawl& crawl, UserId created_by);
  // With figures and notes. Fails with `not_found`.
  Result<Crawl> get(TenantId tenant, CrawlId id);
  // Nothing when it is gone.
  Result<std::optional<CrawlRow>> find(TenantId tenant, CrawlId id);
  // Crawls of the tenant that have not ended.
  Result<std::int64_t> count_unfinished(TenantId tenant);
  // Takes step number `step`; false: somebody else did, or the crawl has ended.
  Result<bool> take_step(TenantId tenant, CrawlId id, std::int64_t step, UnixMs now);
  // Starts fetching with this robots.txt.
  Result<void> begin(TenantId tenant, CrawlId id, const std::string& robots);
  // Starts again at another site.
  Result<void> move(TenantId tenant, CrawlId id, const std::string& url);
  // Ends it; false: it had ended.
  Result<bool> end(TenantId tenant, CrawlId id, CrawlState state, const std::string& reason,
                   UnixMs now);
  Result<void> set_failures(TenantId tenant, CrawlId id, int failures);

  // Adds an address unless it is known, up to `count_max` of a crawl.
  Result<void> add_page(CrawlId id, const PageRow& page, std::int64_t count_max);
  // The next address in the order they were found.
  Result<std::optional<PageRow>> next_page(CrawlId id);
  // Writes what became of an address, known or not, unless that is written already.
  Result<void> finish_page(CrawlId id, const PageOutcome& outcome);
  // Whether it is written what became of the address.
  Result<bool> is_finished(CrawlId id, const std::string& url);
  // Another page of the crawl with this content.
  Result<std::optional<std::string>> same_content(CrawlId id, const std::string& sha256);
  Result<std::int64_t> count_fetched(CrawlId id);

 private:
  Result<std::int64_t> number(std::string_view sql, SqlSession::Parameters parameters);

  SqlSession& sql_;
};

}  // namespace aiva::crawl
