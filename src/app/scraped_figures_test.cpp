#include "app/scraped_figures.h"

#include <gtest/gtest.h>

#include <string>

#include "adapters/job_table/job_table.h"
#include "adapters/test_database/test_database.h"
#include "ports/testing/manual_clock.h"

namespace aiva::app {
namespace {

TEST(ScrapedFigures, say_what_is_away_and_when_it_came_back) {
  TestDatabase rows;
  ManualClock clock;
  Metrics metrics;
  auto queue = make_job_table(*rows, clock);
  QueueMetrics jobs(*queue, metrics, {"crawl"});
  bool is_there = false;
  http::HealthProbe files{"files", [&is_there](CallContext) -> Task<Result<void>> {
                            co_return is_there ? Result<void>()
                                               : fail(ErrorCode::unavailable, "away");
                          }};
  ScrapedFigures figures(metrics, jobs, {.data_folder = "/"}, {"1", "all"}, {files});

  sync_wait(figures.refresh({}));
  auto before = metrics.to_prometheus_text();
  is_there = true;
  sync_wait(figures.refresh({}));
  auto after = metrics.to_prometheus_text();

  EXPECT_NE(before.find(R"(aiva_dependency_up{dependency="files"} 0)"), std::string::npos);
  EXPECT_NE(after.find(R"(aiva_dependency_up{dependency="files"} 1)"), std::string::npos);
  EXPECT_NE(after.find(R"(aiva_jobs_queued{kind="crawl"} 0)"), std::string::npos);
  EXPECT_NE(after.find("process_resident_memory_bytes "), std::string::npos);
}

}  // namespace
}  // namespace aiva::app
