#include "capabilities/crawl/crawl.h"

#include <algorithm>
#include <utility>

#include "capabilities/crawl/internal/crawl_job.h"
#include "capabilities/crawl/internal/crawl_step.h"
#include "capabilities/crawl/internal/crawls_table.h"
#include "capabilities/crawl/internal/fetcher.h"
#include "foundation/json.h"
#include "foundation/log.h"

namespace aiva::crawl {
namespace {

constexpr int depth_max = 5;
constexpr int pages_max = 1000;
constexpr std::size_t metadata_bytes_max = 12 * 1024;  // the address of the page is added
constexpr std::int64_t test_bytes_max = 1024LL * 1024;
constexpr int failures_max = 5;
constexpr std::chrono::seconds retry_base{5};
constexpr std::chrono::seconds database_retry{5};

Result<WebUrl> read_url(const std::string& text) {
  auto url = parse_web_url(text);
  if (!url) return fail(invalid_field("url", "must be an http or https address"));
  return *url;
}

Result<CrawlRequest> check_request(CrawlRequest request) {
  Error error{.code = ErrorCode::invalid, .message = "The request is not valid"};
  auto complain = [&error](std::string field, std::string message) {
    error.details.push_back({std::move(field), std::move(message)});
  };
  auto url = parse_web_url(request.url);
  if (!url) complain("url", "must be an http or https address");
  if (request.max_depth < 0 || request.max_depth > depth_max)
    complain("max_depth", "must be between 0 and " + std::to_string(depth_max));
  if (request.max_pages < 1 || request.max_pages > pages_max)
    complain("max_pages", "must be between 1 and " + std::to_string(pages_max));
  auto metadata = json::parse(request.metadata, {.bytes_max = metadata_bytes_max, .depth_max = 16});
  if (!metadata || !metadata->is_object())
    complain("metadata", "must be a JSON object of at most 12 KB");
  if (!error.details.empty()) return fail(std::move(error));
  request.url = url->text();
  return request;
}

bool may_pass(ErrorCode code) {
  return code == ErrorCode::unavailable || code == ErrorCode::timeout ||
         code == ErrorCode::rate_limited || code == ErrorCode::internal;
}

class JobCrawler final : public Crawler {
 public:
  JobCrawler(const CrawlParts& parts, CrawlSettings settings)
      : parts_(parts),
        settings_(std::move(settings)),
        pages_(parts.metrics.counter("aiva_crawl_steps_total", "Steps of crawls of web sites")) {}

  Task<Result<UrlReport>> test(CallContext context, std::string url) override;
  Task<Result<Crawl>> start(CallContext context, KnowledgeBaseId base,
                            CrawlRequest request) override;
  Task<Result<Crawl>> get(CallContext context, CrawlId id) override;
  Task<Result<Crawl>> cancel(CallContext context, CrawlId id) override;
  Task<Result<JobOutcome>> run(CallContext context, Job job) override;

 private:
  Task<Result<JobOutcome>> settle_failure(CallContext context, CrawlRow row, Error error);
  Task<Result<JobOutcome>> give_up(CallContext context, TenantId tenant, CrawlId id,
                                   std::string reason);

  CrawlParts parts_;
  CrawlSettings settings_;
  Counter& pages_;
};

Task<Result<UrlReport>> JobCrawler::test(CallContext context, std::string text) {
  CO_TRY(auto url, read_url(text));
  UrlReport report{.url = url.text()};
  Fetcher fetcher(parts_, settings_);
  auto asking = fetch_robots(context, fetcher, url);
  auto robots = co_await std::move(asking);
  CO_TRY_VOID(context.check());
  if (robots) report.is_allowed_by_robots = Robots(robots->text, robots_agent).allows(url.target);
  FetchRequest request{.url = url, .bytes_max = test_bytes_max, .may_be_cut = true};
  auto fetching = fetcher.fetch(context, std::move(request));
  auto fetched = co_await std::move(fetching);
  CO_TRY_VOID(context.check());
  if (!fetched) {
    report.error = fetched.error().message;
    co_return report;
  }
  report.is_reachable = true;
  report.final_url = fetched->url.text();
  report.status = fetched->status;
  report.content_type = fetched->content_type;
  report.size_bytes = fetched->size_bytes;
  report.is_size_exact = fetched->is_whole;
  constexpr int ok = 200;
  report.is_readable = fetched->status == ok && is_readable_type(fetched->content_type);
  if (!report.is_readable || fetched->content_type != "text/html") co_return report;
  auto reading = read_page_links(context, parts_.reader, fetched->file.path(), fetched->url);
  if (auto page = co_await std::move(reading)) report.title = page->title;
  co_return report;
}

Task<Result<Crawl>> JobCrawler::start(CallContext context, KnowledgeBaseId base,
                                      CrawlRequest request) {
  CO_TRY(auto checked, check_request(std::move(request)));
  auto getting = parts_.knowledge.get(context, base);
  CO_TRY(auto found, co_await std::move(getting));
  if (found->status == "inactive")
    co_return fail(ErrorCode::conflict, "The knowledge base is inactive");
  Crawl crawl{.id = CrawlId::make(),
              .tenant = context.tenant,
              .knowledge_base = base,
              .url = checked.url,
              .max_depth = checked.max_depth,
              .max_pages = checked.max_pages,
              .metadata = checked.metadata,
              .created_at = parts_.clock.unix_ms()};
  crawl.updated_at = crawl.created_at;
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    CrawlsTable table(sql);
    TRY(auto unfinished, table.count_unfinished(context.tenant));
    if (unfinished >= settings_.crawls_per_tenant_max)
      return fail(ErrorCode::conflict, "As many crawls as allowed are running already");
    TRY_VOID(table.insert(crawl, context.user));
    TRY_VOID(parts_.jobs.enqueue(sql, make_crawl_job(crawl.tenant, crawl.id, 0)));
    return {};
  });
  CO_TRY_VOID(co_await std::move(writing));
  parts_.jobs.wake();
  co_return crawl;
}

Task<Result<Crawl>> JobCrawler::get(CallContext context, CrawlId id) {
  auto reading = read(parts_.database, context,
                      [&](SqlSession& sql) { return CrawlsTable(sql).get(context.tenant, id); });
  auto crawl = co_await std::move(reading);
  co_return crawl;
}

Task<Result<Crawl>> JobCrawler::cancel(CallContext context, CrawlId id) {
  auto now = parts_.clock.unix_ms();
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<Crawl> {
    CrawlsTable table(sql);
    TRY(auto crawl, table.get(context.tenant, id));
    TRY(auto has_ended, table.end(context.tenant, id, CrawlState::cancelled, "Cancelled", now));
    if (!has_ended)
      return fail(ErrorCode::conflict,
                  "The crawl is " + std::string(to_string(crawl.state)) + " already");
    TRY_VOID(parts_.jobs.cancel(sql, crawl_job_kind, id.to_string()));
    return table.get(context.tenant, id);
  });
  auto crawl = co_await std::move(writing);
  co_return crawl;
}

Task<Result<JobOutcome>> JobCrawler::run(CallContext context, Job job) {
  using Kind = JobOutcome::Kind;
  context.tenant = job.tenant;
  auto id = CrawlId::parse(job.subject);
  if (!id) co_return JobOutcome{Kind::dead, "The job names no crawl"};
  if (job.state == JobState::dead) {
    auto burying = give_up(context, job.tenant, *id, "Given up after it was interrupted too often");
    CO_TRY_VOID(co_await std::move(burying));
    co_return JobOutcome{Kind::dead, "Interrupted too often"};
  }
  auto finding = read(parts_.database, context,
                      [&](SqlSession& sql) { return CrawlsTable(sql).find(job.tenant, *id); });
  auto row = co_await std::move(finding);
  if (!row) co_return JobOutcome{Kind::retry, row.error().message, database_retry};
  bool is_ours =
      *row && !is_final((*row)->crawl.state) && job.payload == std::to_string((*row)->steps);
  if (!is_ours) co_return JobOutcome{};  // it has ended, or the step is done already
  context.user = (*row)->created_by;
  CrawlStep step(parts_, settings_, **row);
  auto stepping = step.run(context);
  auto outcome = co_await std::move(stepping);
  pages_.add();
  if (outcome) co_return JobOutcome{};
  auto settling = settle_failure(context, std::move(**row), std::move(outcome.error()));
  auto settled = co_await std::move(settling);
  co_return settled;
}

Task<Result<JobOutcome>> JobCrawler::settle_failure(CallContext context, CrawlRow row,
                                                    Error error) {
  using Kind = JobOutcome::Kind;
  if (error.code == ErrorCode::cancelled) co_return JobOutcome{Kind::cancelled, error.message};
  context.cancellation = {};
  context.deadline = std::chrono::steady_clock::time_point::max();
  log::failure("A crawl could not go on", context, error);
  auto failures = row.failures + 1;
  if (may_pass(error.code) && failures < failures_max) {
    auto noting = write(parts_.database, context, [&](SqlSession& sql) {
      return CrawlsTable(sql).set_failures(row.crawl.tenant, row.crawl.id, failures);
    });
    auto noted = co_await std::move(noting);
    if (!noted) log::failure("A failure could not be noted", context, noted.error());
    co_return JobOutcome{Kind::retry, error.message, retry_base * failures * failures};
  }
  auto giving_up = give_up(context, row.crawl.tenant, row.crawl.id, std::move(error.message));
  auto outcome = co_await std::move(giving_up);
  co_return outcome;
}

Task<Result<JobOutcome>> JobCrawler::give_up(CallContext context, TenantId tenant, CrawlId id,
                                             std::string reason) {
  auto now = parts_.clock.unix_ms();
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(CrawlsTable(sql).end(tenant, id, CrawlState::failed, reason, now));
    return {};
  });
  auto written = co_await std::move(writing);
  if (!written) co_return JobOutcome{JobOutcome::Kind::retry, reason, database_retry};
  co_return JobOutcome{};
}

}  // namespace

std::unique_ptr<Crawler> make_crawler(CrawlParts parts, CrawlSettings settings) {
  return std::make_unique<JobCrawler>(parts, std::move(settings));
}

}  // namespace aiva::crawl
