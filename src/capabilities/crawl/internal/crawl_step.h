#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/crawl/crawl.h"
#include "capabilities/crawl/internal/crawls_table.h"
#include "capabilities/crawl/internal/fetcher.h"
#include "capabilities/crawl/internal/page_links.h"
#include "capabilities/crawl/internal/robots.h"
#include "capabilities/crawl/internal/web_url.h"

namespace aiva::crawl {

// The name sites know the crawler by in their robots.txt.
inline constexpr const char* robots_agent = "aiva";

// Whether a document can be made of this media type.
bool is_readable_type(std::string_view content_type);

// What a site's robots.txt says; where it cannot be had because the site fails, it forbids
// everything (RFC 9309 section 2.3.1).
struct RobotsAnswer {
  std::string text{};
};
Task<Result<RobotsAnswer>> fetch_robots(CallContext context, Fetcher& fetcher, WebUrl site);

// One step of a crawl: fetch robots.txt, or the next address, and write down what came of it
// together with the job for the step after it. A step that was cut off is done again.
class CrawlStep {
 public:
  // Everything is borrowed.
  CrawlStep(const CrawlParts& parts, const CrawlSettings& settings, CrawlRow row);

  Task<Result<void>> run(CallContext context);

 private:
  // What a page gave besides its document.
  struct Finding {
    PageOutcome outcome{};
    std::vector<PageOutcome> others{};  // addresses that turned out to be the same page
    std::vector<PageRow> pages{};       // new addresses
    std::string moved_to{};             // the start leads to another site
  };

  Task<Result<void>> begin(CallContext context);
  Task<Result<void>> visit(CallContext context, PageRow page);
  Task<Result<Finding>> look_at(CallContext context, PageRow page);
  Task<Result<Finding>> read_page(CallContext context, PageRow page, Fetched fetched);
  Result<Finding> read_site_map(const PageRow& page, const Fetched& fetched) const;
  Task<Result<void>> store(CallContext context, const Fetched& fetched, const PageLinks& links,
                           WebUrl url, Finding& finding);
  Task<Result<void>> write_down(CallContext context, Finding finding);
  Task<Result<void>> end(CallContext context, CrawlState state, std::string reason);
  Result<void> check_redirect(const PageRow& page, const WebUrl& to, Finding& finding) const;
  Result<void> queue_next(SqlSession& sql, const Robots& robots) const;
  [[nodiscard]] bool is_wanted(const WebUrl& url) const;
  [[nodiscard]] std::int64_t addresses_max() const;

  const CrawlParts& parts_;
  const CrawlSettings& settings_;
  CrawlRow row_;
  Fetcher fetcher_;
  WebUrl site_;
  Robots robots_;
};

}  // namespace aiva::crawl
