#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "capabilities/checkup/checkup.h"
#include "capabilities/checkup/internal/symptoms.h"
#include "capabilities/checkup/testing/made_readings.h"

namespace aiva::checkup {
namespace {

using testing::HasSubstr;

const std::string busy_before = "aiva_host_cpu_cores 2\naiva_host_cpu_seconds_total 0\n";
const std::string busy_after = "aiva_host_cpu_cores 2\naiva_host_cpu_seconds_total 19\n";

TEST(Symptoms, are_skipped_where_nothing_is_known) {
  auto findings = check_symptoms(made_readings(""));

  ASSERT_EQ(findings.size(), 5U);
  for (const auto& finding : findings) {
    EXPECT_EQ(finding.outcome, Outcome::skipped) << finding.id;
    EXPECT_EQ(finding.source, "S211");
  }
}

struct Case {
  Finding (*find)(const LiveReadings&);
  std::string before;
  std::string after;
  Outcome outcome;
  std::string_view words;  // of the evidence and the remedy
};

TEST(Symptoms, come_with_the_cause_that_figures_point_at) {
  const auto slow_search = made_times("aiva_search_seconds", "", 1.5);
  const auto uploads = [](double seconds) {
    return made_times("aiva_http_request_duration_seconds",
                      "route=\"/api/knowledge/:kbId/documents\"", seconds);
  };
  const auto requests = [](double seconds) {
    return made_times("aiva_http_request_duration_seconds", "route=\"/api/chat/message\"", seconds);
  };
  const auto memory = [](int used) {
    return "aiva_host_memory_bytes 1000\naiva_host_memory_used_bytes " + std::to_string(used) +
           "\n";
  };
  const auto writes = [](double seconds) {
    return made_times("aiva_database_transaction_seconds", "kind=\"write\"", seconds);
  };
  const Case cases[] = {
      {find_slow_searches, "", made_times("aiva_search_seconds", "", 0.1), Outcome::pass, "0.1"},
      {find_slow_searches, "", slow_search, Outcome::fail, "search.cache_s"},
      {find_slow_searches, "", slow_search + made_times("aiva_embedding_seconds", "", 0.9),
       Outcome::fail, "wait for vectors"},
      {find_slow_searches, "", slow_search + made_times("aiva_search_rerank_seconds", "", 0.9),
       Outcome::fail, "rerank_candidates"},
      {find_slow_searches, busy_before, slow_search + busy_after, Outcome::fail,
       "the CPU is busy: 95.0 %"},
      {find_slow_searches, "aiva_index_catch_ups_total 0\n",
       slow_search + "aiva_index_catch_ups_total 90\n", Outcome::fail, "index_memory_mb"},
      {find_slow_uploads, "", uploads(0.2), Outcome::pass, "acknowledged"},
      {find_slow_uploads, "", uploads(0.9), Outcome::fail, "disk"},
      {find_slow_uploads, "", uploads(0.2) + "aiva_jobs_queued 70\n", Outcome::fail,
       "worker.concurrency"},
      {find_slow_uploads, busy_before, uploads(0.9) + busy_after, Outcome::fail, "More cores"},
      {find_high_latency, "", requests(1), Outcome::pass, "within"},
      {find_high_latency, "", requests(3), Outcome::fail, "by route"},
      {find_high_latency, "", requests(3) + made_times("aiva_model_queue_seconds", "", 2),
       Outcome::fail, "higher tier"},
      {find_high_latency, "", requests(3) + made_times("aiva_model_first_token_seconds", "", 3),
       Outcome::fail, "slow to begin"},
      {find_high_latency, "", requests(3) + made_times("aiva_database_acquire_seconds", "", 1),
       Outcome::fail, "pool_max"},
      {find_high_latency, "", requests(3) + made_times("aiva_function_call_seconds", "", 4),
       Outcome::fail, "functions are slow"},
      {find_scarce_memory, "", memory(500), Outcome::pass, "50.0 %"},
      {find_scarce_memory, "",
       memory(950) + "process_resident_memory_bytes 800\naiva_index_resident_bytes 500\n",
       Outcome::fail, "index_memory_mb"},
      {find_scarce_memory, "", memory(950) + "process_resident_memory_bytes 100\n", Outcome::fail,
       "Another program"},
      {find_scarce_memory, "",
       memory(950) + "process_resident_memory_bytes 800\naiva_jobs_running 8\n", Outcome::fail,
       "images.concurrency"},
      {find_slow_database, "", writes(0.01), Outcome::pass, "0.01"},
      {find_slow_database, "", writes(0.2), Outcome::fail, "EXPLAIN"},
      {find_slow_database, "",
       "aiva_database_statements_total 1000\naiva_database_slow_statements_total 50\n"
       "aiva_database_connections_max 20\naiva_database_connections_in_use 20\n",
       Outcome::fail, "pool_max"},
      {find_slow_database, "", writes(0.2) + "aiva_database_replica_lag_seconds 9\n", Outcome::fail,
       "replicas are behind"},
  };
  for (const auto& wanted : cases) {
    auto finding = wanted.find(made_readings(wanted.before, wanted.after));
    EXPECT_EQ(finding.outcome, wanted.outcome) << wanted.words << ": " << finding.evidence;
    EXPECT_THAT(finding.evidence + "; " + finding.remedy, HasSubstr(wanted.words));
  }
}

}  // namespace
}  // namespace aiva::checkup
