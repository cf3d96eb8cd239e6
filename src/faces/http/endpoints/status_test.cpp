#include "faces/http/endpoints/status.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "faces/http/testing/test_server.h"
#include "foundation/json.h"
#include "ports/testing/manual_clock.h"

namespace aiva::http {
namespace {

using identity::Permission;
using identity::Principal;
using std::chrono::seconds;
using testing::TestServer;

double value_of(const std::vector<double>& values, std::string_view name) {
  auto figures = status_figures();
  auto found = std::ranges::find(figures, name, &StatusFigure::name);
  return found == figures.end() ? not_known
                                : values[static_cast<std::size_t>(found - figures.begin())];
}

// A process whose metrics tests change, and a board that looks when it is told to.
class Status : public ::testing::Test {
 protected:
  void answer(const std::string& status, int count, double took_s,
              const std::string& route = "/a") {
    auto& requests = metrics_.counter("aiva_http_requests_total", "Requests",
                                      {{"route", route}, {"status", status}});
    auto& times = metrics_.histogram("aiva_http_request_duration_seconds", "Time", {0.1, 1, 10},
                                     {{"route", route}});
    for (int i = 0; i < count; ++i) {
      requests.add();
      times.observe(took_s);
    }
  }
  void look_after(seconds time) {
    clock_.advance(time);
    board_.look();
  }

  ManualClock clock_;
  Metrics metrics_;
  Lifecycle lifecycle_;
  StatusBoard board_{{.metrics = metrics_, .clock = clock_}};
};

TEST_F(Status, knows_nothing_before_it_has_looked_twice) {
  board_.look();

  EXPECT_TRUE(board_.now().values.empty());
  EXPECT_TRUE(board_.history().empty());
}

TEST_F(Status, tells_rates_shares_and_times_of_the_last_minute) {
  answer("200", 1000, 0.05);  // long ago
  board_.look();
  answer("200", 45, 0.05);
  answer("404", 3, 0.05);
  answer("503", 2, 5);
  look_after(seconds(10));

  auto values = board_.now().values;

  EXPECT_DOUBLE_EQ(value_of(values, "requests_per_second"), 5);
  EXPECT_DOUBLE_EQ(value_of(values, "client_error_ratio"), 0.06);
  EXPECT_DOUBLE_EQ(value_of(values, "server_error_ratio"), 0.04);
  EXPECT_NEAR(value_of(values, "latency_average_ms"), (48 * 50 + 2 * 5000) / 50.0, 1e-6);
  EXPECT_NEAR(value_of(values, "latency_p50_ms"), 1000 * 0.1 * 25 / 48, 1e-6);
  EXPECT_NEAR(value_of(values, "latency_p99_ms"), 1000 * (1 + 9 * 1.5 / 2), 1e-6);
  EXPECT_TRUE(std::isnan(value_of(values, "calls_active")));
}

TEST_F(Status, does_not_count_what_watches_the_process) {
  answer("200", 1, 0.05);
  board_.look();
  answer("200", 9, 0.5);
  answer("503", 1, 0.5);
  answer("200", 500, 0.001, "/metrics");
  answer("503", 500, 0.001, "/readyz");
  look_after(seconds(10));

  auto values = board_.now().values;

  EXPECT_DOUBLE_EQ(value_of(values, "requests_per_second"), 1);
  EXPECT_DOUBLE_EQ(value_of(values, "server_error_ratio"), 0.1);
  EXPECT_NEAR(value_of(values, "latency_average_ms"), 500, 1e-6);
}

TEST_F(Status, forgets_what_is_older_than_a_minute_and_keeps_a_quarter_of_an_hour) {
  board_.look();
  for (int i = 0; i < 200; ++i) {
    answer("200", i < 180 ? 50 : 5, 0.05);
    look_after(seconds(5));
  }

  EXPECT_DOUBLE_EQ(value_of(board_.now().values, "requests_per_second"), 1);
  auto history = board_.history();
  ASSERT_EQ(history.size(), 180U);
  EXPECT_DOUBLE_EQ(value_of(history.front().values, "requests_per_second"), 10);
  EXPECT_DOUBLE_EQ(value_of(history.back().values, "requests_per_second"), 1);
  EXPECT_EQ(history.back().at - history.front().at, 179 * 5'000);
}

TEST_F(Status, adds_the_caches_of_a_process_together) {
  metrics_.counter("aiva_search_cached_total", "Cached", {{"question", "same"}}).add(3);
  for (int i = 0; i < 10; ++i) metrics_.histogram("aiva_search_seconds", "Time", {1}).observe(0.01);
  metrics_.counter("aiva_agent_lookups_total", "Agents", {{"found", "process"}}).add(8);
  metrics_.counter("aiva_agent_lookups_total", "Agents", {{"found", "rows"}}).add(2);
  board_.look();
  metrics_.counter("aiva_search_cached_total", "Cached", {{"question", "same"}}).add(1);
  metrics_.histogram("aiva_search_seconds", "Time", {1}).observe(0.01);
  metrics_.counter("aiva_agent_lookups_total", "Agents", {{"found", "rows"}}).add(3);
  look_after(seconds(5));

  EXPECT_DOUBLE_EQ(value_of(board_.now().values, "cache_hit_ratio"), 0.25);
}

TEST_F(Status, reads_figures_that_are_brought_when_asked_for) {
  auto& memory = metrics_.gauge("process_resident_memory_bytes", "Memory");
  board_.refresh_by([&memory](CallContext) -> Task<void> {
    memory.add(1024);
    co_return;
  });
  board_.look();
  look_after(seconds(5));

  EXPECT_DOUBLE_EQ(value_of(board_.now().values, "process_memory_bytes"), 2048);
}

TEST_F(Status, is_told_to_operators_only) {
  TestServer server(status_routes({.board = board_, .version = "1.2.3", .lifecycle = lifecycle_}));
  server.authenticator.add("operator", Principal{.permissions = {Permission::system_read}});
  server.authenticator.add("tenant", Principal{.permissions = {Permission::search}});
  board_.look();
  answer("200", 10, 0.05);
  answer("500", 10, 0.05);
  look_after(seconds(5));
  auto get = [&server](const std::string& target, const std::string& secret) {
    return server.send({.target = target, .headers = {"Authorization: Bearer " + secret}});
  };

  EXPECT_EQ(server.send({.target = "/api/status"}).status, 401);
  EXPECT_EQ(get("/api/status", "tenant").status, 403);
  auto whole = json::parse(get("/api/status", "operator").body);
  auto brief = json::parse(get("/api/status?history=false", "operator").body);

  ASSERT_TRUE(whole);
  const auto& data = whole->as_object().at("data").as_object();
  EXPECT_EQ(data.at("version").as_string(), "1.2.3");
  EXPECT_EQ(data.at("figures").as_array().size(), status_figures().size());
  const auto& history = data.at("history").as_object();
  EXPECT_EQ(history.at("at").as_array().size(), 1U);
  EXPECT_EQ(history.at("series").as_object().at("requests_per_second").as_array().size(), 1U);
  for (const auto& figure : data.at("figures").as_array()) {
    const auto& object = figure.as_object();
    if (object.at("name").as_string() == "server_error_ratio")
      EXPECT_EQ(object.at("state").as_string(), "alert");
    if (object.at("name").as_string() == "calls_active") EXPECT_TRUE(object.at("value").is_null());
  }
  ASSERT_TRUE(brief);
  EXPECT_FALSE(brief->as_object().at("data").as_object().contains("history"));
}

TEST_F(Status, has_a_page_that_loads_nothing_from_elsewhere) {
  TestServer server(status_routes({.board = board_, .version = "1.2.3", .lifecycle = lifecycle_}));

  auto page = server.send({.target = "/status"});

  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(page.header("Content-Security-Policy").starts_with("default-src 'none'"));
  EXPECT_EQ(page.body.find("http"), std::string::npos);
  EXPECT_EQ(page.body.find(" style="), std::string::npos);
  for (const auto* file : {"/aiva/status-page.js", "/aiva/status-page.css"}) {
    EXPECT_NE(page.body.find(file), std::string::npos);
    EXPECT_EQ(server.send({.target = file}).status, 200) << file;
  }
}

TEST(StatusFigures, have_labels_that_fit_into_a_terminal) {
  for (const auto& figure : status_figures()) EXPECT_LE(figure.label.size(), 16U) << figure.label;
}

TEST(StatusFigures, have_each_their_own_name) {
  std::vector<std::string_view> names;
  for (const auto& figure : status_figures()) names.push_back(figure.name);
  std::ranges::sort(names);

  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

}  // namespace
}  // namespace aiva::http
