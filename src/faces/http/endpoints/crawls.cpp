#include "faces/http/endpoints/crawls.h"

#include <chrono>
#include <string>
#include <utility>

#include "foundation/json.h"
#include "foundation/time.h"

namespace aiva::http {
namespace {

using crawl::Crawl;
using crawl::Crawler;
using crawl::CrawlId;
using crawl::UrlReport;
using identity::Permission;

constexpr json::Fields::TextLimits url_limits{.length_min = 1, .length_max = 2000};

void write_report(JsonWriter& writer, const UrlReport& report) {
  writer.begin_object()
      .field("url", report.url)
      .field("final_url", report.final_url)
      .field("reachable", report.is_reachable)
      .field("status", report.status)
      .field("content_type", report.content_type)
      .field("title", report.title)
      .field("size_bytes", report.size_bytes)
      .field("is_size_exact", report.is_size_exact)
      .field("allowed_by_robots", report.is_allowed_by_robots)
      .field("readable", report.is_readable);
  if (report.error.empty())
    writer.null_field("error");
  else
    writer.field("error", report.error);
  writer.end_object();
}

void write_crawl(JsonWriter& writer, const Crawl& crawl) {
  writer.begin_object()
      .field("id", crawl.id)
      .field("kb_id", crawl.knowledge_base)
      .field("url", crawl.url)
      .field("max_depth", crawl.max_depth)
      .field("max_pages", crawl.max_pages)
      .key("metadata")
      .raw(crawl.metadata)
      .field("state", to_string(crawl.state));
  if (crawl.error_message.empty())
    writer.null_field("error_message");
  else
    writer.field("error_message", crawl.error_message);
  writer.field("pages_found", crawl.pages_found)
      .field("pages_fetched", crawl.pages_fetched)
      .field("pages_failed", crawl.pages_failed)
      .field("pages_skipped", crawl.pages_skipped)
      .key("notes")
      .begin_array();
  for (const auto& note : crawl.notes)
    writer.begin_object().field("url", note.url).field("reason", note.reason).end_object();
  writer.end_array()
      .field("created_at", to_iso8601(crawl.created_at))
      .field("updated_at", to_iso8601(crawl.updated_at))
      .end_object();
}

Response crawl_response(const Crawl& crawl, int status = 200) {
  return ok_response([&](JsonWriter& writer) { write_crawl(writer, crawl); }, status);
}

Task<Result<Response>> test_url(Crawler& crawler, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto url = fields.text("url", url_limits);
  CO_TRY_VOID(fields.finish());
  auto testing = crawler.test(context, std::move(url));
  CO_TRY(auto report, co_await std::move(testing));
  co_return ok_response([&](JsonWriter& writer) { write_report(writer, report); });
}

Task<Result<Response>> start_crawl(Crawler& crawler, CallContext context, Request& request) {
  CO_TRY(auto base, request.id<KnowledgeBaseId>("kbId"));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  crawl::CrawlRequest wanted;
  wanted.url = fields.text("url", url_limits);
  wanted.max_depth = static_cast<int>(fields.integer("max_depth", wanted.max_depth, 0, 5));
  wanted.max_pages = static_cast<int>(fields.integer("max_pages", wanted.max_pages, 1, 1000));
  if (const auto* metadata = fields.object("metadata")) wanted.metadata = json::to_text(*metadata);
  CO_TRY_VOID(fields.finish());
  auto starting = crawler.start(context, base, std::move(wanted));
  CO_TRY(auto crawl, co_await std::move(starting));
  co_return crawl_response(crawl, 202);
}

// The crawl of the path; of another knowledge base than the path's it does not exist.
Task<Result<Crawl>> find_crawl(Crawler& crawler, CallContext context, Request& request) {
  CO_TRY(auto base, request.id<KnowledgeBaseId>("kbId"));
  CO_TRY(auto id, request.id<CrawlId>("crawlId"));
  auto getting = crawler.get(context, id);
  CO_TRY(auto crawl, co_await std::move(getting));
  if (crawl.knowledge_base != base) co_return fail(ErrorCode::not_found, "No such crawl");
  co_return crawl;
}

Task<Result<Response>> get_crawl(Crawler& crawler, CallContext context, Request& request) {
  auto finding = find_crawl(crawler, context, request);
  CO_TRY(auto crawl, co_await std::move(finding));
  co_return crawl_response(crawl);
}

Task<Result<Response>> cancel_crawl(Crawler& crawler, CallContext context, Request& request) {
  auto finding = find_crawl(crawler, context, request);
  CO_TRY(auto found, co_await std::move(finding));
  auto stopping = crawler.cancel(context, found.id);
  CO_TRY(auto crawl, co_await std::move(stopping));
  co_return crawl_response(crawl);
}

}  // namespace

std::vector<Route> crawl_routes(Crawler& crawler) {
  auto bind = [&crawler](auto handler) -> Handler {
    return [&crawler, handler](CallContext context, Request& request) {
      return handler(crawler, std::move(context), request);
    };
  };
  auto may_read = Right::needs(Permission::knowledge_read);
  auto may_write = Right::needs(Permission::knowledge_write);
  RouteOptions bodiless{.body = BodyKind::none};

  std::vector<Route> routes;
  RouteOptions patient{.deadline = std::chrono::seconds(75)};  // robots.txt, then the page
  for (auto path : {"/api/knowledge/test-url", "/api/v1/documents/test-url"})
    routes.push_back({Method::post, path, may_write, bind(test_url), patient});
  for (auto path : {"/api/knowledge/:tenantId/knowledge-bases/:kbId/scrape-url",
                    "/api/knowledge/:kbId/scrape-url"})
    routes.push_back({Method::post, path, may_write, bind(start_crawl)});
  for (auto path : {"/api/knowledge/:tenantId/knowledge-bases/:kbId/crawls/:crawlId",
                    "/api/knowledge/:kbId/crawls/:crawlId"})
    routes.push_back({Method::get, path, may_read, bind(get_crawl)});
  for (auto path : {"/api/knowledge/:tenantId/knowledge-bases/:kbId/crawls/:crawlId/cancel",
                    "/api/knowledge/:kbId/crawls/:crawlId/cancel"})
    routes.push_back({Method::post, path, may_write, bind(cancel_crawl), bodiless});
  return routes;
}

}  // namespace aiva::http
