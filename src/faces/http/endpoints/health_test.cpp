#include "faces/http/endpoints/health.h"

#include <gtest/gtest.h>

#include "faces/http/testing/test_server.h"
#include "ports/testing/manual_clock.h"

namespace aiva::http {
namespace {

using testing::TestServer;

Task<Result<void>> up(CallContext) { co_return Result<void>{}; }
Task<Result<void>> down(CallContext) { co_return fail(ErrorCode::unavailable, "down"); }

Task<void> count_looks(Metrics& metrics) {
  metrics.gauge("aiva_test_looks", "A test").add(1);
  co_return;
}

class Health : public ::testing::Test {
 protected:
  void start(std::vector<HealthProbe> probes) {
    server_.emplace(health_routes({"1.2.3", std::move(probes), lifecycle_, clock_, metrics_}));
  }
  json::Value get(std::string target, int status) {
    auto response = server_->send({.target = std::move(target)});
    EXPECT_EQ(response.status, status);
    return json::parse(response.body).value_or(json::Value());
  }

  Lifecycle lifecycle_;
  ManualClock clock_;
  Metrics metrics_;
  std::optional<TestServer> server_;
};

TEST_F(Health, says_that_the_program_lives) {
  start({{"database", down}});

  EXPECT_EQ(json::to_text(get("/api/health", 200)),
            R"({"status":"ok","timestamp":"2025-01-01T00:00:00.000Z","version":"1.2.3"})");
}

TEST_F(Health, lists_its_services) {
  start({{"database", up}, {"models", down, false}});

  EXPECT_EQ(
      json::to_text(get("/health", 200)),
      R"({"status":"healthy","version":"1.2.3","whoami":"aiva",)"
      R"("timestamp":"2025-01-01T00:00:00.000Z","services":{"database":"up","models":"down"}})");
}

TEST_F(Health, is_ready_when_all_required_parts_are) {
  start({{"database", up}, {"models", down, false}});

  EXPECT_EQ(get("/readyz", 200).at("status").as_string(), "ready");
}

TEST_F(Health, is_not_ready_without_a_required_part) {
  start({{"database", down}});

  auto answer = get("/readyz", 503);

  EXPECT_EQ(json::to_text(answer),
            R"({"status":"not_ready","role":"all","checks":{"database":"down"}})");
  EXPECT_EQ(get("/health", 200).at("status").as_string(), "unhealthy");
}

TEST_F(Health, is_not_ready_while_draining) {
  start({});
  lifecycle_.begin_draining();

  EXPECT_EQ(get("/readyz", 503).at("status").as_string(), "draining");
}

TEST_F(Health, lives_without_its_parts_and_while_draining) {
  start({{"database", down}});

  auto alive = get("/livez", 200);
  lifecycle_.begin_draining();
  auto draining = get("/livez", 200);

  EXPECT_EQ(json::to_text(alive), R"({"status":"alive","role":"all","version":"1.2.3"})");
  EXPECT_EQ(draining.at("status").as_string(), "draining");
}

TEST_F(Health, shows_metrics_that_are_read_when_asked_for) {
  HealthParts parts{"1.2.3", {}, lifecycle_, clock_, metrics_};
  parts.refresh = [this](CallContext) -> Task<void> { return count_looks(metrics_); };
  TestServer server(health_routes(std::move(parts)));

  auto shown = server.send({.target = "/metrics"});

  EXPECT_NE(shown.body.find("aiva_test_looks 1"), std::string::npos);
}

TEST_F(Health, shows_metrics_by_way_of_a_proxy_to_operators_alone) {
  start({});
  server_->authenticator.add(
      "operator", {.user = UserId::make(), .permissions = {identity::Permission::system_read}});
  server_->authenticator.add("user", {.user = UserId::make()});

  for (const char* header : {"x-forwarded-for: 203.0.113.9", "Forwarded: for=203.0.113.9"}) {
    auto shown = server_->send({.target = "/%6Detrics", .headers = {header}});
    EXPECT_EQ(shown.status, 404) << header;
    EXPECT_EQ(shown.body.find("# TYPE"), std::string::npos);
  }
  auto status_for = [this](const std::string& secret) {
    return server_
        ->send({.target = "/metrics",
                .headers = {"X-Forwarded-For: 203.0.113.9", "Authorization: Bearer " + secret}})
        .status;
  };
  EXPECT_EQ(status_for("user"), 404);
  EXPECT_EQ(status_for("operator"), 200);
  EXPECT_EQ(server_->send({.target = "/metrics"}).status, 200);
}

TEST_F(Health, shows_metrics_as_openmetrics_to_whoever_asks) {
  start({});
  metrics_.counter("aiva_test_total", "A test").add(3);

  auto shown = server_->send(
      {.target = "/metrics",
       .headers = {"Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5"}});

  EXPECT_TRUE(shown.header("Content-Type").starts_with("application/openmetrics-text; version=1"));
  EXPECT_NE(shown.body.find("# TYPE aiva_test counter\n"), std::string::npos);
  EXPECT_TRUE(shown.body.ends_with("# EOF\n"));
}

TEST_F(Health, shows_metrics_of_routes) {
  start({});
  server_->send({.target = "/api/health"});
  server_->send({.target = "/none"});
  metrics_.counter("aiva_test_total", "A test").add(3);

  auto shown = server_->send({.target = "/metrics"});
  auto own = server_->metrics.to_prometheus_text();

  EXPECT_NE(shown.body.find("aiva_test_total 3"), std::string::npos);
  EXPECT_NE(
      own.find(R"(aiva_http_requests_total{method="GET",route="/api/health",status="200"} 1)"),
      std::string::npos)
      << own;
  EXPECT_NE(own.find(R"(aiva_http_requests_total{method="any",route="unmatched",status="404"} 1)"),
            std::string::npos);
  EXPECT_NE(own.find(R"(aiva_http_request_duration_seconds_count{route="/api/health"} 1)"),
            std::string::npos);
  EXPECT_NE(own.find("aiva_http_connections "), std::string::npos);
  EXPECT_NE(own.find("aiva_http_in_flight "), std::string::npos);
}

}  // namespace
}  // namespace aiva::http
