#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "capabilities/checkup/checkup.h"
#include "capabilities/checkup/internal/thresholds.h"
#include "capabilities/checkup/testing/made_readings.h"

namespace aiva::checkup {
namespace {

Finding finding_of(const LiveReadings& readings, std::string_view id) {
  auto findings = check_figures(readings);
  auto found = std::ranges::find(findings, id, &Finding::id);
  AIVA_ASSERT(found != findings.end());
  return *found;
}

std::string requests(double seconds) {
  return made_times("aiva_http_request_duration_seconds", "route=\"/api/chat\"", seconds);
}

std::string statuses(int good, int refused, int failed) {
  auto row = [](const char* status, int count) {
    return "aiva_http_requests_total{method=\"GET\",route=\"/api/chat\",status=\"" +
           std::string(status) + "\"} " + std::to_string(count) + "\n";
  };
  return row("200", good) + row("404", refused) + row("503", failed);
}

TEST(Thresholds, have_ids_titles_and_remedies_of_their_own) {
  std::set<std::string_view> ids;
  for (const auto& threshold : thresholds()) {
    EXPECT_TRUE(ids.insert(threshold.name.id).second) << threshold.name.id;
    EXPECT_FALSE(threshold.name.title.empty());
    EXPECT_FALSE(threshold.remedy.empty());
    EXPECT_TRUE(threshold.is_floor ? threshold.warning >= threshold.failure
                                   : threshold.warning <= threshold.failure)
        << threshold.name.id;
  }
}

TEST(Thresholds, skip_with_a_reason_what_a_server_does_not_show) {
  for (const auto& finding : check_figures(made_readings(""))) {
    EXPECT_EQ(finding.outcome, Outcome::skipped) << finding.id;
    EXPECT_FALSE(finding.evidence.empty()) << finding.id;
  }
}

// What is shown, and what comes of it; where two are given, before and after ten seconds.
struct Case {
  std::string_view id;
  std::string before;
  std::string after;
  Outcome outcome;
};

TEST(Thresholds, judge_each_figure) {
  const std::string cpu = "aiva_host_cpu_cores 4\naiva_host_cpu_seconds_total ";
  const std::string memory = "aiva_host_memory_bytes 100\naiva_host_memory_used_bytes ";
  const std::string disk = "aiva_data_volume_bytes 100\naiva_data_volume_available_bytes ";
  const std::string network =
      "aiva_host_network_speed_bytes 100\naiva_host_network_sent_bytes_total 0\n"
      "aiva_host_network_received_bytes_total ";
  const std::string files = "process_max_fds 100\nprocess_open_fds ";
  const std::string statements =
      "aiva_database_statements_total 1000\naiva_database_slow_statements_total ";
  const std::string pool = "aiva_database_connections_max 20\naiva_database_connections_in_use ";
  const std::string shops =
      "aiva_store_syncs_total{outcome=\"failed\"} 1\n"
      "aiva_store_syncs_total{outcome=\"completed\"} ";
  const std::string models =
      "aiva_model_requests_total{outcome=\"answered\"} 100\n"
      "aiva_model_requests_total{outcome=\"failed\"} ";
  const std::string hits =
      "aiva_cache_lookups_total{found=\"nowhere\"} 50\n"
      "aiva_cache_lookups_total{found=\"shared\"} ";
  const std::string dead =
      "aiva_jobs_total{outcome=\"completed\"} 5\n"
      "aiva_jobs_total{outcome=\"dead\"} ";
  const std::string ticks = "aiva_voice_tick_lateness_seconds";
  const std::string connect = "aiva_model_connect_seconds";
  const Case cases[] = {
      {"figures.p50", "", requests(0.3), Outcome::pass},
      {"figures.p50", "", requests(0.9), Outcome::fail},
      {"figures.p95", "", requests(1.5), Outcome::pass},
      {"figures.p95", "", requests(2.5), Outcome::fail},
      {"figures.p99", "", requests(4), Outcome::pass},
      {"figures.p99", "", requests(6), Outcome::fail},
      {"figures.success", "", statuses(1000, 5, 5), Outcome::pass},
      {"figures.success", "", statuses(1000, 15, 15), Outcome::warn},
      {"figures.success", "", statuses(10, 5, 10), Outcome::fail},
      {"figures.client_errors", "", statuses(1000, 5, 0), Outcome::pass},
      {"figures.client_errors", "", statuses(1000, 20, 0), Outcome::warn},
      {"figures.client_errors", "", statuses(1000, 200, 0), Outcome::fail},
      {"figures.server_errors", "", statuses(1000, 0, 4), Outcome::pass},
      {"figures.server_errors", "", statuses(1000, 0, 8), Outcome::warn},
      {"figures.server_errors", "", statuses(1000, 0, 80), Outcome::fail},
      {"figures.server_errors", statuses(1000, 0, 80), statuses(2000, 0, 80), Outcome::pass},
      {"figures.cpu", cpu + "0\n", cpu + "20\n", Outcome::pass},
      {"figures.cpu", cpu + "0\n", cpu + "33\n", Outcome::warn},
      {"figures.cpu", cpu + "0\n", cpu + "39\n", Outcome::fail},
      {"figures.memory", "", memory + "80\n", Outcome::pass},
      {"figures.memory", "", memory + "87\n", Outcome::warn},
      {"figures.memory", "", memory + "95\n", Outcome::fail},
      {"figures.disk", "", disk + "50\n", Outcome::pass},
      {"figures.disk", "", disk + "25\n", Outcome::warn},
      {"figures.disk", "", disk + "10\n", Outcome::fail},
      {"figures.network", network + "0\n", network + "500\n", Outcome::pass},
      {"figures.network", network + "0\n", network + "800\n", Outcome::warn},
      {"figures.network", network + "0\n", network + "950\n", Outcome::fail},
      {"figures.descriptors", "", files + "10\n", Outcome::pass},
      {"figures.descriptors", "", files + "95\n", Outcome::fail},
      {"figures.slow_statements", "", statements + "9\n", Outcome::pass},
      {"figures.slow_statements", "", statements + "20\n", Outcome::warn},
      {"figures.slow_statements", "", statements + "200\n", Outcome::fail},
      {"figures.pool", "", pool + "10\n", Outcome::pass},
      {"figures.pool", "", pool + "17\n", Outcome::warn},
      {"figures.pool", "", pool + "20\n", Outcome::fail},
      {"figures.replica_lag", "", "aiva_database_replica_lag_seconds 0.1\n", Outcome::pass},
      {"figures.replica_lag", "", "aiva_database_replica_lag_seconds 2\n", Outcome::warn},
      {"figures.redis", "", "aiva_redis_up 1\n", Outcome::pass},
      {"figures.redis", "", "aiva_redis_up 0\n", Outcome::fail},
      {"figures.redis_memory", "", "aiva_redis_memory_used_ratio 0.5\n", Outcome::pass},
      {"figures.redis_memory", "", "aiva_redis_memory_used_ratio 0.9\n", Outcome::warn},
      {"figures.redis_memory", "", "aiva_redis_memory_used_ratio 0\n", Outcome::skipped},
      {"figures.cache_hits", "", hits + "150\n", Outcome::pass},
      {"figures.cache_hits", "", hits + "50\n", Outcome::warn},
      {"figures.evictions", "aiva_redis_evicted_keys 7\n", "aiva_redis_evicted_keys 7\n",
       Outcome::pass},
      {"figures.evictions", "aiva_redis_evicted_keys 7\n", "aiva_redis_evicted_keys 8\n",
       Outcome::warn},
      {"figures.model_latency", "", made_times(connect, "", 0.1), Outcome::pass},
      {"figures.model_latency", "", made_times(connect, "", 0.3), Outcome::warn},
      {"figures.model_latency", "", made_times(connect, "", 0.8), Outcome::fail},
      {"figures.model_limits", "aiva_model_rate_limited_total 3\n",
       "aiva_model_rate_limited_total 4\n", Outcome::warn},
      {"figures.model_errors", "", models + "0\n", Outcome::pass},
      {"figures.model_errors", "", models + "3\n", Outcome::warn},
      {"figures.breaker", "", "aiva_model_breaker 0\n", Outcome::pass},
      {"figures.breaker", "", "aiva_model_breaker 2\n", Outcome::fail},
      {"figures.store_syncs", "", shops + "99\n", Outcome::pass},
      {"figures.store_syncs", "", shops + "9\n", Outcome::warn},
      {"figures.store_syncs", "", shops + "1\n", Outcome::fail},
      {"figures.shop_limits", "aiva_shop_throttled_total 1\n", "aiva_shop_throttled_total 2\n",
       Outcome::warn},
      {"figures.queue", "", "aiva_jobs_queued{kind=\"a\"} 30\n", Outcome::pass},
      {"figures.queue", "", "aiva_jobs_queued{kind=\"a\"} 60\n", Outcome::warn},
      {"figures.queue", "", "aiva_jobs_queued{kind=\"a\"} 600\n", Outcome::fail},
      {"figures.dead_jobs", dead + "3\n", dead + "3\n", Outcome::pass},
      {"figures.dead_jobs", dead + "3\n", dead + "4\n", Outcome::warn},
      {"figures.voice_ticks", "", made_times(ticks, "", 0.002), Outcome::pass},
      {"figures.voice_ticks", "", made_times(ticks, "", 0.05), Outcome::fail},
  };
  for (const auto& wanted : cases) {
    auto finding = finding_of(made_readings(wanted.before, wanted.after), wanted.id);
    EXPECT_EQ(finding.outcome, wanted.outcome) << wanted.id << ": " << finding.evidence << "\n"
                                               << wanted.after;
    EXPECT_EQ(finding.remedy.empty(),
              wanted.outcome == Outcome::pass || wanted.outcome == Outcome::skipped)
        << wanted.id;
  }
}

TEST(Thresholds, judge_no_handful_of_requests) {
  auto few = made_readings(statuses(3, 1, 1));

  EXPECT_EQ(finding_of(few, "figures.server_errors").outcome, Outcome::skipped);
}

TEST(Thresholds, leave_probes_and_scrapes_out) {
  auto probed = made_times("aiva_http_request_duration_seconds", "route=\"/metrics\"", 9);

  EXPECT_EQ(finding_of(made_readings("", probed), "figures.p95").outcome, Outcome::skipped);
}

}  // namespace
}  // namespace aiva::checkup
