#include "faces/http/endpoints/crawls.h"

#include <gtest/gtest.h>

#include <string>

#include "capabilities/knowledge/testing/knowledge_fixture.h"
#include "faces/http/testing/test_server.h"
#include "foundation/json.h"
#include "ports/testing/scripted_http_client.h"

namespace aiva::http {
namespace {

using http::testing::RawResponse;
using http::testing::TestServer;

class CrawlEndpoints : public knowledge::KnowledgeFixture {
 protected:
  void SetUp() override {
    KnowledgeFixture::SetUp();
    crawler_ = crawl::make_crawler({.database = database_,
                                    .knowledge = *knowledge_,
                                    .http = http_,
                                    .reader = reader_,
                                    .objects = objects_,
                                    .jobs = *jobs_,
                                    .clock = clock_,
                                    .metrics = metrics_});
    auto routes = crawl_routes(*crawler_);
    for (const auto& route : routes)
      patterns_.emplace_back(to_string(route.method), std::string(route.path));
    server_ = std::make_unique<TestServer>(std::move(routes));
    auto add = [this](std::string secret, TenantId tenant, identity::Role role) {
      server_->authenticator.add(std::move(secret),
                                 {.tenant = tenant,
                                  .user = UserId::make(),
                                  .role = role,
                                  .permissions = identity::permissions_of(role)});
    };
    add("mine", tenant_, identity::Role::admin);
    add("other", other_tenant_, identity::Role::admin);
    add("viewer", tenant_, identity::Role::client);
  }
  void TearDown() override { server_.reset(); }

  RawResponse send(std::string method, std::string target, std::string body = {},
                   const std::string& who = "mine") {
    return server_->send({.method = std::move(method),
                          .target = std::move(target),
                          .headers = {"Authorization: Bearer " + who},
                          .body = std::move(body),
                          .content_type = "application/json"});
  }
  static json::Object data(const RawResponse& response) {
    auto value = json::parse(response.body);
    if (!value || !value->is_object() || !value->get_object().contains("data")) {
      ADD_FAILURE() << response.status << " " << response.body;
      return {};
    }
    return value->get_object().at("data").get_object();
  }
  void crawl_all() {
    for (int i = 0; i < 30; ++i) {
      clock_.advance(std::chrono::seconds(1));
      auto jobs = sync_wait(jobs_->lease({}, {crawl::crawl_job_kind}, 1, "w1", lease));
      if (!jobs || jobs->empty()) continue;
      auto outcome = sync_wait(crawler_->run(context(), jobs->front()));
      ASSERT_TRUE(outcome.has_value());
      EXPECT_TRUE(sync_wait(jobs_->finish({}, jobs->front().id, "w1", *outcome)).has_value());
    }
  }

  ScriptedHttpClient http_{[](const HttpRequest& request) -> Result<HttpResponse> {
    if (request.url == "https://shop.example/")
      return HttpResponse{.status = 200,
                          .headers = {{"Content-Type", "text/html"}},
                          .body = "Welcome.\n-> /gone\n"};
    return HttpResponse{.status = 404};
  }};
  std::unique_ptr<crawl::Crawler> crawler_;
  std::vector<std::pair<std::string, std::string>> patterns_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(CrawlEndpoints, test_an_address) {
  for (const auto* path : {"/api/knowledge/test-url", "/api/v1/documents/test-url"}) {
    auto report = data(send("POST", path, R"({"url":"https://shop.example"})"));
    EXPECT_TRUE(report.at("reachable").get_bool());
    EXPECT_EQ(report.at("status"), 200);
    EXPECT_EQ(report.at("content_type"), "text/html");
    EXPECT_TRUE(report.at("error").is_null());
  }
  EXPECT_EQ(send("POST", "/api/knowledge/test-url", R"({"url":"file:///etc/passwd"})").status, 422);
  EXPECT_EQ(
      send("POST", "/api/knowledge/test-url", R"({"url":"https://shop.example"})", "viewer").status,
      403);
}

TEST_F(CrawlEndpoints, read_a_site_and_tell_how_far_it_is) {
  auto base = make_base();
  auto path = "/api/knowledge/" + base->id.to_string();

  auto started = send("POST", path + "/scrape-url",
                      R"({"url":"https://shop.example","metadata":{"team":"web"}})");
  EXPECT_EQ(started.status, 202) << started.body;
  auto one = path + "/crawls/" + std::string(data(started).at("id").as_string());
  EXPECT_EQ(data(send("GET", one)).at("state"), "queued");
  crawl_all();
  auto done = data(send("GET", one));

  EXPECT_EQ(done.at("state"), "completed");
  EXPECT_EQ(done.at("pages_fetched"), 1);
  EXPECT_EQ(done.at("pages_failed"), 1);
  EXPECT_EQ(done.at("notes").get_array().at(0).get_object().at("reason"), "The site answered 404");
  EXPECT_EQ(send("POST", one + "/cancel").status, 409);
  EXPECT_EQ(
      send("POST", path + "/scrape-url", R"({"url":"https://shop.example","max_pages":0})").status,
      422);
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents"), 1);
}

TEST_F(CrawlEndpoints, stop_a_crawl) {
  auto base = make_base();
  auto path = "/api/knowledge/" + tenant_.to_string() + "/knowledge-bases/" + base->id.to_string();
  auto started = data(send("POST", path + "/scrape-url", R"({"url":"https://shop.example"})"));
  auto one = path + "/crawls/" + std::string(started.at("id").as_string());

  auto cancelled = send("POST", one + "/cancel");

  EXPECT_EQ(cancelled.status, 200);
  EXPECT_EQ(data(cancelled).at("state"), "cancelled");
}

TEST_F(CrawlEndpoints, show_nothing_to_other_tenants_or_under_other_bases) {
  auto base = make_base();
  auto other = make_base("Other");
  auto path = "/api/knowledge/" + base->id.to_string();
  auto started = data(send("POST", path + "/scrape-url", R"({"url":"https://shop.example"})"));
  auto id = std::string(started.at("id").as_string());
  auto fill = [&](std::string text) {
    auto replace = [&text](std::string_view name, const std::string& value) {
      if (auto at = text.find(name); at != std::string::npos) text.replace(at, name.size(), value);
    };
    replace(":tenantId", tenant_.to_string());
    replace(":kbId", base->id.to_string());
    replace(":crawlId", id);
    return text;
  };

  for (const auto& [method, pattern] : patterns_) {
    if (pattern.ends_with("test-url")) continue;
    auto response =
        send(method, fill(pattern),
             pattern.ends_with("cancel") ? "" : R"({"url":"https://shop.example"})", "other");
    bool is_tenant_path = pattern.find(":tenantId") != std::string::npos;
    EXPECT_EQ(response.status, is_tenant_path ? 403 : 404) << method << " " << pattern;
  }
  EXPECT_EQ(send("GET", "/api/knowledge/" + other->id.to_string() + "/crawls/" + id).status, 404);
}

}  // namespace
}  // namespace aiva::http
