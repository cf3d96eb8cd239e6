#include "adapters/job_table/job_table.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <thread>

#include "adapters/test_database/test_database.h"
#include "ports/testing/job_queue_contract.h"
#include "ports/testing/manual_clock.h"

namespace aiva {
namespace {

struct Parts {
  TestDatabase database;
  ManualClock clock;
};

JobQueueSubject make_subject() {
  auto parts = std::make_shared<Parts>();
  return {.queue = make_job_table(*parts->database, parts->clock),
          .database = &parts->database.get(),
          .advance = [parts](std::chrono::milliseconds by) { parts->clock.advance(by); },
          .keeps = parts};
}

INSTANTIATE_TEST_SUITE_P(Sqlite, JobQueueContract, ::testing::Values(make_subject));

Result<std::int64_t> count_jobs(SqlSession& session) {
  std::int64_t count = 0;
  TRY_VOID(
      session.query("SELECT count(*) FROM jobs", {}, [&count](const SqlRow& row) -> Result<void> {
        count = row.integer(0);
        return {};
      }));
  return count;
}

TEST(JobTable, never_gives_one_job_to_two_racing_workers) {
  Parts parts;
  auto queue = make_job_table(*parts.database, parts.clock);
  constexpr int count = 200;
  auto queued = sync_wait(write(*parts.database, {}, [&](SqlSession& session) -> Result<void> {
    for (int i = 0; i < count; ++i)
      TRY_VOID(queue->enqueue(session, {.kind = "k", .subject = std::to_string(i)}));
    return {};
  }));
  ASSERT_TRUE(queued.has_value());

  std::vector<std::vector<Job>> taken(4);
  std::vector<std::thread> workers;
  for (std::size_t w = 0; w < taken.size(); ++w)
    workers.emplace_back([&, w] {
      for (;;) {
        auto jobs = sync_wait(
            queue->lease({}, {"k"}, 7, "worker " + std::to_string(w), std::chrono::hours(1)));
        if (!jobs || jobs->empty()) return;
        for (auto& job : *jobs) taken[w].push_back(std::move(job));
      }
    });
  for (auto& worker : workers) worker.join();

  std::multiset<std::string> subjects;
  for (const auto& jobs : taken)
    for (const auto& job : jobs) subjects.insert(job.subject);
  EXPECT_EQ(subjects.size(), static_cast<std::size_t>(count));
  EXPECT_EQ(std::set<std::string>(subjects.begin(), subjects.end()).size(), subjects.size());
}

TEST(JobTable, refuses_what_may_be_refused_beyond_a_tenant_s_limit) {
  Parts parts;
  auto queue = make_job_table(*parts.database, parts.clock, {.waiting_per_tenant_max = 3});
  auto busy = TenantId::make();
  auto add = [&](TenantId tenant, bool is_refusable) {
    auto id = sync_wait(write(*parts.database, {}, [&](SqlSession& session) -> Result<JobId> {
      return queue->enqueue(
          session, {.tenant = tenant, .kind = "k", .subject = "s", .is_refusable = is_refusable});
    }));
    return id ? std::nullopt : std::optional(id.error());
  };
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(add(busy, true).has_value());

  auto refused = add(busy, true);

  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->code, ErrorCode::rate_limited);
  EXPECT_GT(refused->retry_after_s, 0);
  EXPECT_FALSE(add(busy, false).has_value());
  EXPECT_FALSE(add(TenantId::make(), true).has_value());
  ASSERT_EQ(sync_wait(queue->lease({}, {"k"}, 4, "w", std::chrono::seconds(1)))->size(), 4U);
  EXPECT_FALSE(add(busy, true).has_value());
}

TEST(JobTable, tells_all_processes_that_there_is_work) {
  Parts parts;
  int told = 0;
  int woken = 0;
  auto queue = make_job_table(*parts.database, parts.clock, {.announce = [&told] { ++told; }});
  queue->on_wake([&woken] { ++woken; });

  queue->wake();
  queue->wake_here();

  EXPECT_EQ(told, 1);
  EXPECT_EQ(woken, 1);
}

TEST(JobTable, forgets_completed_jobs_after_a_week) {
  Parts parts;
  auto queue = make_job_table(*parts.database, parts.clock);
  auto add = [&](SqlSession& session) -> Result<JobId> {
    return queue->enqueue(session, {.kind = "k", .subject = "s"});
  };
  ASSERT_TRUE(sync_wait(write(*parts.database, {}, add)).has_value());
  auto first = sync_wait(queue->lease({}, {"k"}, 1, "w", std::chrono::seconds(1)));
  ASSERT_TRUE(first.has_value() && first->size() == 1);
  ASSERT_TRUE(sync_wait(queue->finish({}, (*first)[0].id, "w", {})).has_value());

  parts.clock.advance(std::chrono::hours(24 * 7 + 1));
  ASSERT_TRUE(sync_wait(write(*parts.database, {}, add)).has_value());
  ASSERT_TRUE(sync_wait(queue->lease({}, {"k"}, 1, "w", std::chrono::seconds(1))).has_value());

  EXPECT_EQ(sync_wait(read(*parts.database, {}, count_jobs)).value_or(-1), 1);
}

}  // namespace
}  // namespace aiva
