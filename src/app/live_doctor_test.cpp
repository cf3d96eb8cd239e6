#include "app/live_doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "ports/testing/scripted_http_client.h"

namespace aiva::app {
namespace {

using checkup::Finding;
using checkup::Outcome;
using testing::HasSubstr;

// A server and its Prometheus, as far as they are asked.
Result<HttpResponse> answer(const HttpRequest& request) {
  auto path = request.url.substr(request.url.find('/', 9));
  if (request.url.starts_with("http://prometheus")) {
    if (path == "/api/v1/rules")
      return HttpResponse{
          .status = 200,
          .body = R"({"data":{"groups":[{"rules":[{"type":"alerting","query":"aiva_x"}]}]}})"};
    return HttpResponse{.status = 200, .body = R"({"data":{"activeAlertmanagers":[]}})"};
  }
  if (path == "/health")
    return HttpResponse{.status = 200, .body = R"({"status":"healthy","version":"9.9.9"})"};
  if (path == "/readyz")
    return HttpResponse{.status = 503, .body = R"({"checks":{"database":"down"}})"};
  if (path == "/metrics")
    return HttpResponse{.status = 200, .body = "aiva_http_requests_total{route=\"/x\"} 3\n"};
  bool has_key = std::ranges::any_of(request.headers, [](const HttpHeader& header) {
    return header.name == "X-API-Key" && header.value == "k";
  });
  if (has_key) return HttpResponse{.status = 200, .body = "{}"};
  return HttpResponse{.status = 401, .headers = {{"RateLimit-Limit", "100"}}, .body = "{}"};
}

Finding finding_of(const std::vector<Finding>& findings, std::string_view id) {
  auto found = std::ranges::find(findings, id, &Finding::id);
  AIVA_ASSERT(found != findings.end());
  return *found;
}

TEST(LiveDoctor, asks_a_server_for_everything_it_shows) {
  ScriptedHttpClient http(answer);

  auto findings = check_live(http, {.url = "http://127.0.0.1:62001/",
                                    .key = "k",
                                    .prometheus = "http://prometheus:9090",
                                    .watch_seconds = 0});

  EXPECT_EQ(finding_of(findings, "launch.tls").outcome, Outcome::pass);
  EXPECT_THAT(finding_of(findings, "live.health").evidence, HasSubstr("9.9.9"));
  EXPECT_EQ(finding_of(findings, "live.readiness").outcome, Outcome::fail);
  EXPECT_EQ(finding_of(findings, "live.key").outcome, Outcome::pass);
  EXPECT_EQ(finding_of(findings, "live.round_trip").outcome, Outcome::pass);
  EXPECT_EQ(finding_of(findings, "launch.rate_limits").outcome, Outcome::pass);
  EXPECT_EQ(finding_of(findings, "figures.p95").outcome, Outcome::skipped);
  EXPECT_EQ(finding_of(findings, "symptom.slow_searches").outcome, Outcome::skipped);
  EXPECT_EQ(finding_of(findings, "launch.load_test").outcome, Outcome::warn);
  EXPECT_EQ(finding_of(findings, "launch.alerts").outcome, Outcome::pass);
  EXPECT_EQ(finding_of(findings, "launch.alert_receivers").outcome, Outcome::fail);
}

TEST(LiveDoctor, refuses_a_key_that_the_server_does_not_know) {
  ScriptedHttpClient http(answer);

  auto findings = check_live(http, {.url = "http://127.0.0.1:1", .key = "x", .watch_seconds = 0});

  EXPECT_EQ(finding_of(findings, "live.key").outcome, Outcome::fail);
  EXPECT_EQ(finding_of(findings, "live.round_trip").outcome, Outcome::skipped);
  EXPECT_EQ(finding_of(findings, "launch.alerts").outcome, Outcome::skipped);
}

TEST(LiveDoctor, says_that_nobody_answers) {
  ScriptedHttpClient http([](const HttpRequest&) -> Result<HttpResponse> {
    return fail(ErrorCode::unavailable, "Connection refused");
  });

  auto findings = check_live(http, {.url = "http://10.0.0.5:1", .watch_seconds = 0});

  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].outcome, Outcome::fail);
  EXPECT_EQ(findings[1].outcome, Outcome::fail);
  EXPECT_THAT(findings[1].evidence, HasSubstr("refused"));
}

TEST(LiveDoctor, takes_no_web_page_for_figures) {
  ScriptedHttpClient http([](const HttpRequest& request) -> Result<HttpResponse> {
    if (request.url.ends_with("/metrics")) return HttpResponse{.status = 200, .body = "<html>"};
    return answer(request);
  });

  auto findings = check_live(http, {.url = "http://127.0.0.1:1", .watch_seconds = 0});

  EXPECT_EQ(finding_of(findings, "live.figures").outcome, Outcome::fail);
}

}  // namespace
}  // namespace aiva::app
