#include "app/queue_metrics.h"

#include <gtest/gtest.h>

#include "adapters/job_table/job_table.h"
#include "adapters/test_database/test_database.h"
#include "ports/testing/manual_clock.h"

namespace aiva::app {
namespace {

TEST(QueueMetrics, show_what_waits_by_kind_and_what_waits_no_more) {
  TestDatabase rows;
  ManualClock clock;
  Metrics metrics;
  auto queue = make_job_table(*rows, clock);
  QueueMetrics shown(*queue, metrics, {"crawl"});
  auto add = [&](const std::string& kind) {
    auto added = sync_wait(write(*rows, {}, [&](SqlSession& session) -> Result<JobId> {
      return queue->enqueue(session, {.kind = kind, .subject = "s"});
    }));
    EXPECT_TRUE(added.has_value());
  };
  add("read");
  add("read");
  add("call");

  sync_wait(shown.refresh({}));
  auto before = metrics.to_prometheus_text();
  ASSERT_TRUE(sync_wait(queue->lease({}, {"call"}, 1, "w", std::chrono::seconds(60))).has_value());
  sync_wait(shown.refresh({}));
  auto after = metrics.to_prometheus_text();

  EXPECT_NE(before.find(R"(aiva_jobs_queued{kind="read"} 2)"), std::string::npos) << before;
  EXPECT_NE(before.find(R"(aiva_jobs_queued{kind="call"} 1)"), std::string::npos);
  EXPECT_NE(before.find(R"(aiva_jobs_queued{kind="crawl"} 0)"), std::string::npos);
  EXPECT_NE(after.find(R"(aiva_jobs_queued{kind="call"} 0)"), std::string::npos);
}

}  // namespace
}  // namespace aiva::app
