#include "capabilities/crawl/internal/crawl_step.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "capabilities/crawl/internal/crawl_job.h"
#include "capabilities/crawl/internal/page_file.h"
#include "capabilities/crawl/internal/sitemap.h"
#include "foundation/log.h"

namespace aiva::crawl {
namespace {

constexpr std::int64_t robots_bytes_max = 512LL * 1024;
constexpr std::int64_t sitemap_bytes_max = 10LL * 1024 * 1024;
constexpr std::int64_t addresses_per_page = 20;
constexpr std::int64_t addresses_besides = 200;
constexpr int sitemap_depth_max = 2;  // an index of indexes goes no further
constexpr int moves_max = 2;

PageOutcome skipped(std::string url, std::string reason) {
  return {.url = std::move(url), .state = "skipped", .reason = std::move(reason)};
}

PageOutcome failed(std::string url, std::string reason) {
  return {.url = std::move(url), .state = "failed", .reason = std::move(reason)};
}

bool is_html(std::string_view type) {
  return type == "text/html" || type == "application/xhtml+xml" || type.empty();
}

// Whether fetching failed because of the page; any other failure stops the step, which is tried
// again.
bool is_pages_failure(ErrorCode code) {
  return code == ErrorCode::invalid || code == ErrorCode::too_large ||
         code == ErrorCode::forbidden || code == ErrorCode::timeout ||
         code == ErrorCode::unavailable;
}

// The same for reading what was fetched and handing it in.
bool is_contents_failure(ErrorCode code) {
  return code == ErrorCode::invalid || code == ErrorCode::too_large || code == ErrorCode::timeout;
}

}  // namespace

bool is_readable_type(std::string_view type) {
  constexpr std::array<std::string_view, 21> known = {
      "text/html",
      "application/xhtml+xml",
      "application/pdf",
      "text/plain",
      "text/markdown",
      "text/csv",
      "text/tab-separated-values",
      "text/rtf",
      "application/rtf",
      "application/json",
      "application/x-ndjson",
      "application/epub+zip",
      "application/msword",
      "application/vnd.ms-excel",
      "application/vnd.ms-powerpoint",
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
      "application/vnd.openxmlformats-officedocument.presentationml.presentation",
      "application/vnd.oasis.opendocument.text",
      "application/vnd.oasis.opendocument.spreadsheet",
      "application/vnd.oasis.opendocument.presentation"};
  return type.empty() || std::ranges::find(known, type) != known.end();
}

Task<Result<RobotsAnswer>> fetch_robots(CallContext context, Fetcher& fetcher, WebUrl site) {
  constexpr int first_redirect = 300;
  constexpr int first_server_error = 500;
  auto url = site;
  url.target = "/robots.txt";
  FetchRequest request{.url = url, .bytes_max = robots_bytes_max, .may_be_cut = true};
  auto fetching = fetcher.fetch(context, std::move(request));
  auto fetched = co_await std::move(fetching);
  if (!fetched && fetched.error().code == ErrorCode::invalid) co_return RobotsAnswer{};
  if (!fetched) co_return fail(std::move(fetched.error()));
  if (fetched->status >= first_server_error) co_return RobotsAnswer{"User-agent: *\nDisallow: /\n"};
  if (fetched->status >= first_redirect) co_return RobotsAnswer{};
  CO_TRY(auto text, Fetcher::read_text(*fetched));
  // It is kept in a row of text.
  std::erase_if(text, [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (byte < ' ' && c != '\n' && c != '\r' && c != '\t');
  });
  co_return RobotsAnswer{std::move(text)};
}

CrawlStep::CrawlStep(const CrawlParts& parts, const CrawlSettings& settings, CrawlRow row)
    : parts_(parts),
      settings_(settings),
      row_(std::move(row)),
      fetcher_(parts, settings),
      site_(parse_web_url(row_.crawl.url).value_or(WebUrl{})),
      robots_(row_.robots, robots_agent) {}

Task<Result<void>> CrawlStep::run(CallContext context) {
  const auto& crawl = row_.crawl;
  auto age = std::chrono::milliseconds(parts_.clock.unix_ms() - crawl.created_at);
  if (age > settings_.crawl_time_max) {
    auto ending = end(context, CrawlState::failed, "The crawl took too long");
    CO_TRY_VOID(co_await std::move(ending));
    co_return Result<void>{};
  }
  if (crawl.state == CrawlState::queued) {
    auto beginning = begin(context);
    CO_TRY_VOID(co_await std::move(beginning));
    co_return Result<void>{};
  }
  std::optional<PageRow> page;
  std::int64_t fetched = 0;
  auto reading = read(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    CrawlsTable table(sql);
    TRY(page, table.next_page(crawl.id));
    TRY(fetched, table.count_fetched(crawl.id));
    return {};
  });
  CO_TRY_VOID(co_await std::move(reading));
  if (!page || fetched >= crawl.max_pages) {
    auto ending = fetched > 0 ? end(context, CrawlState::completed, "")
                              : end(context, CrawlState::failed, "No page could be read");
    CO_TRY_VOID(co_await std::move(ending));
    co_return Result<void>{};
  }
  auto visiting = visit(context, std::move(*page));
  CO_TRY_VOID(co_await std::move(visiting));
  co_return Result<void>{};
}

Task<Result<void>> CrawlStep::begin(CallContext context) {
  auto fetching = fetch_robots(context, fetcher_, site_);
  CO_TRY(auto answer, co_await std::move(fetching));
  Robots robots(answer.text, robots_agent);
  std::vector<PageRow> pages = {{.url = site_.text()}};
  for (const auto& named : robots.sitemaps())
    if (auto url = resolve(site_, named); url && url->authority == site_.authority)
      pages.push_back({.url = url->text(), .is_sitemap = true});
  if (pages.size() == 1) {
    auto usual = site_;
    usual.target = "/sitemap.xml";
    pages.push_back({.url = usual.text(), .is_sitemap = true});
  }
  auto now = parts_.clock.unix_ms();
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    CrawlsTable table(sql);
    TRY(auto is_ours, table.take_step(row_.crawl.tenant, row_.crawl.id, row_.steps, now));
    if (!is_ours) return {};
    TRY_VOID(table.begin(row_.crawl.tenant, row_.crawl.id, answer.text));
    for (const auto& page : pages) TRY_VOID(table.add_page(row_.crawl.id, page, addresses_max()));
    return queue_next(sql, robots);
  });
  CO_TRY_VOID(co_await std::move(writing));
  parts_.jobs.wake();
  co_return Result<void>{};
}

Task<Result<void>> CrawlStep::visit(CallContext context, PageRow page) {
  auto looking = look_at(context, page);
  CO_TRY(auto finding, co_await std::move(looking));
  CO_TRY_VOID(context.check());
  auto writing = write_down(context, std::move(finding));
  CO_TRY_VOID(co_await std::move(writing));
  co_return Result<void>{};
}

Task<Result<CrawlStep::Finding>> CrawlStep::look_at(CallContext context, PageRow page) {
  constexpr int ok = 200;
  auto url = parse_web_url(page.url);
  if (!url) co_return Finding{.outcome = failed(page.url, "The address cannot be read")};
  if (!robots_.allows(url->target))
    co_return Finding{.outcome = skipped(page.url, "robots.txt forbids it")};
  Finding redirected;
  FetchRequest request{.url = *url,
                       .bytes_max = page.is_sitemap ? sitemap_bytes_max : settings_.page_bytes_max};
  request.check_redirect = [this, &page, &redirected](const WebUrl& to) {
    return check_redirect(page, to, redirected);
  };
  auto fetching = fetcher_.fetch(context, std::move(request));
  auto fetched = co_await std::move(fetching);
  CO_TRY_VOID(context.check());
  if (!fetched && !redirected.outcome.url.empty()) co_return redirected;
  if (!fetched && is_pages_failure(fetched.error().code))
    co_return Finding{.outcome = failed(page.url, fetched.error().message)};
  if (!fetched) co_return fail(std::move(fetched.error()));
  if (fetched->status != ok)
    co_return Finding{.outcome =
                          failed(page.url, "The site answered " + std::to_string(fetched->status))};
  if (page.is_sitemap) {
    auto map = read_site_map(page, *fetched);
    if (!map) co_return Finding{.outcome = failed(page.url, map.error().message)};
    co_return map;
  }
  auto reading = read_page(context, page, std::move(*fetched));
  auto finding = co_await std::move(reading);
  CO_TRY_VOID(context.check());
  if (!finding && is_contents_failure(finding.error().code))
    co_return Finding{.outcome = failed(page.url, finding.error().message)};
  co_return finding;
}

// A redirect may lead anywhere on the site that robots.txt allows; that of the start may also lead
// to the site that is meant.
Result<void> CrawlStep::check_redirect(const PageRow& page, const WebUrl& to,
                                       Finding& finding) const {
  bool is_same_host = to.authority == site_.authority;
  if (is_same_host && robots_.allows(to.target)) return {};
  finding.outcome = skipped(page.url, is_same_host ? "It leads to what robots.txt forbids"
                                                   : "It leads to another site: " + to.text());
  bool is_start = page.depth == 0 && !page.is_sitemap;
  if (!is_same_host && is_start && row_.moves < moves_max) finding.moved_to = to.text();
  return fail(ErrorCode::forbidden, finding.outcome.reason);
}

Result<CrawlStep::Finding> CrawlStep::read_site_map(const PageRow& page,
                                                    const Fetched& fetched) const {
  TRY(auto text, Fetcher::read_text(fetched));
  TRY(auto sitemap, read_sitemap(text, static_cast<std::size_t>(addresses_max())));
  Finding finding{.outcome = {.url = page.url}};
  auto add = [&](const std::vector<std::string>& addresses, int depth, bool is_sitemap) {
    for (const auto& address : addresses)
      if (auto url = resolve(fetched.url, address); url && is_wanted(*url))
        finding.pages.push_back({.url = url->text(), .depth = depth, .is_sitemap = is_sitemap});
  };
  if (row_.crawl.max_depth > 0) add(sitemap.pages, 1, false);
  if (page.depth < sitemap_depth_max) add(sitemap.sitemaps, page.depth + 1, true);
  return finding;
}

Task<Result<CrawlStep::Finding>> CrawlStep::read_page(CallContext context, PageRow page,
                                                      Fetched fetched) {
  if (!is_readable_type(fetched.content_type))
    co_return Finding{.outcome =
                          skipped(page.url, "No document can be made of " + fetched.content_type)};
  PageLinks links;
  if (is_html(fetched.content_type)) {
    auto reading = read_page_links(context, parts_.reader, fetched.file.path(), fetched.url);
    CO_TRY(links, co_await std::move(reading));
  }
  Finding finding{.outcome = {.url = page.url, .content_sha256 = fetched.content_sha256}};
  if (page.depth < row_.crawl.max_depth && links.may_be_followed)
    for (const auto& link : links.links)
      if (is_wanted(link)) finding.pages.push_back({.url = link.text(), .depth = page.depth + 1});
  auto url = fetched.url;
  bool has_canonical = links.canonical && links.canonical->authority == site_.authority &&
                       robots_.allows(links.canonical->target);
  if (has_canonical) url = *links.canonical;
  if (!links.may_be_kept) {
    finding.outcome = skipped(page.url, "The page asks not to be kept");
    co_return finding;
  }
  auto storing = store(context, fetched, links, std::move(url), finding);
  CO_TRY_VOID(co_await std::move(storing));
  co_return finding;
}

// Hands the page in as a document of its address. What has the same content or address as a page
// before it, is that page.
Task<Result<void>> CrawlStep::store(CallContext context, const Fetched& fetched,
                                    const PageLinks& links, WebUrl url, Finding& finding) {
  auto page_url = finding.outcome.url;
  std::optional<std::string> same;
  auto reading = read(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    CrawlsTable table(sql);
    TRY(same, table.same_content(row_.crawl.id, fetched.content_sha256));
    for (const auto& other : {fetched.url.text(), url.text()}) {
      if (other == page_url || same) continue;
      TRY(auto is_finished, table.is_finished(row_.crawl.id, other));
      if (is_finished) same = other;
    }
    return {};
  });
  CO_TRY_VOID(co_await std::move(reading));
  if (same) {
    finding.outcome = skipped(page_url, "The same page as " + *same);
    co_return Result<void>{};
  }
  auto file = make_page_file(fetched, url, links.title);
  knowledge::NewDocument document{.filename = file.name,
                                  .staged_path = fetched.file.path().string(),
                                  .size_bytes = fetched.size_bytes,
                                  .content_sha256 = fetched.content_sha256,
                                  .metadata = with_source(row_.crawl.metadata, url),
                                  .source_url = url.text()};
  if (fetched.size_bytes == 0) {
    finding.outcome = skipped(page_url, "The page is empty");
    co_return Result<void>{};
  }
  auto adding =
      parts_.knowledge.add_document(context, row_.crawl.knowledge_base, std::move(document));
  CO_TRY(auto added, co_await std::move(adding));
  finding.outcome.document = added.document.id;
  for (const auto& other : {fetched.url.text(), url.text()})
    if (other != page_url) finding.others.push_back(skipped(other, "The same page as " + page_url));
  co_return Result<void>{};
}

Task<Result<void>> CrawlStep::write_down(CallContext context, Finding finding) {
  auto now = parts_.clock.unix_ms();
  const auto& crawl = row_.crawl;
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    CrawlsTable table(sql);
    TRY(auto is_ours, table.take_step(crawl.tenant, crawl.id, row_.steps, now));
    if (!is_ours) return {};
    if (!finding.moved_to.empty()) {
      TRY_VOID(table.move(crawl.tenant, crawl.id, finding.moved_to));
      return queue_next(sql, robots_);
    }
    TRY_VOID(table.finish_page(crawl.id, finding.outcome));
    for (const auto& other : finding.others) TRY_VOID(table.finish_page(crawl.id, other));
    for (const auto& page : finding.pages)
      TRY_VOID(table.add_page(crawl.id, page, addresses_max()));
    return queue_next(sql, robots_);
  });
  CO_TRY_VOID(co_await std::move(writing));
  parts_.jobs.wake();
  co_return Result<void>{};
}

Task<Result<void>> CrawlStep::end(CallContext context, CrawlState state, std::string reason) {
  auto now = parts_.clock.unix_ms();
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(CrawlsTable(sql).end(row_.crawl.tenant, row_.crawl.id, state, reason, now));
    return {};
  });
  CO_TRY_VOID(co_await std::move(writing));
  co_return Result<void>{};
}

Result<void> CrawlStep::queue_next(SqlSession& sql, const Robots& robots) const {
  auto delay = std::max(settings_.delay,
                        std::min(robots.delay().value_or(settings_.delay), settings_.delay_max));
  auto job = make_crawl_job(row_.crawl.tenant, row_.crawl.id, row_.steps + 1);
  job.run_after = parts_.clock.unix_ms() + delay.count();
  TRY_VOID(parts_.jobs.enqueue(sql, std::move(job)));
  return {};
}

bool CrawlStep::is_wanted(const WebUrl& url) const {
  return url.authority == site_.authority && robots_.allows(url.target);
}

// Addresses of one crawl that are remembered.
std::int64_t CrawlStep::addresses_max() const {
  return addresses_besides + addresses_per_page * row_.crawl.max_pages;
}

}  // namespace aiva::crawl
