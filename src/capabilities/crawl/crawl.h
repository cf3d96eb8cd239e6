#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "capabilities/crawl/types.h"
#include "capabilities/knowledge/knowledge.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/document_reader.h"
#include "ports/http_client.h"
#include "ports/job_queue.h"
#include "ports/object_store.h"

namespace aiva::crawl {

// The kind of the crawler's jobs in the queue; each fetches one page.
inline constexpr const char* crawl_job_kind = "crawl_site";

// Reads web sites into knowledge bases. Every operation sees only rows of `context.tenant`;
// anything else is `not_found`.
class Crawler {
 public:
  virtual ~Crawler() = default;

  // Looks at one address. Fails with `invalid` when it is none; what else goes wrong stands in the
  // report.
  virtual Task<Result<UrlReport>> test(CallContext context, std::string url) = 0;
  // Queues the crawl of a site. Fails with `invalid` (fields), `conflict` (the tenant has the most
  // crawls at a time), `quota_exceeded`.
  virtual Task<Result<Crawl>> start(CallContext context, KnowledgeBaseId base,
                                    CrawlRequest request) = 0;
  virtual Task<Result<Crawl>> get(CallContext context, CrawlId id) = 0;
  // Ends a crawl; documents it made stay. `conflict` when it has ended.
  virtual Task<Result<Crawl>> cancel(CallContext context, CrawlId id) = 0;
  // Runs one leased job to its end.
  virtual Task<Result<JobOutcome>> run(CallContext context, Job job) = 0;
};

struct CrawlSettings {
  bool allow_private_hosts = false;  // also addresses of the own network, for tests and intranets
  std::chrono::milliseconds delay{500};         // between two requests to a site
  std::chrono::milliseconds delay_max{10'000};  // of what robots.txt may ask for
  std::chrono::seconds page_time_max{30};
  std::chrono::minutes crawl_time_max{360};
  std::int64_t page_bytes_max = 32LL * 1024 * 1024;
  int crawls_per_tenant_max = 5;  // at a time
  std::string user_agent = "AIVA/0.1 (document reader)";
};

// What crawling needs of the world; everything is borrowed.
struct CrawlParts {
  Database& database;
  knowledge::Knowledge& knowledge;
  HttpClient& http;
  DocumentReader& reader;
  ObjectStore& objects;
  JobQueue& jobs;
  const Clock& clock;
  Metrics& metrics;
};

std::unique_ptr<Crawler> make_crawler(CrawlParts parts, CrawlSettings settings = {});

}  // namespace aiva::crawl
