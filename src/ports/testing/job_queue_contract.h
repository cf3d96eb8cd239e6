#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ports/database.h"
#include "ports/job_queue.h"

namespace aiva {

// What every JobQueue promises. An adapter's test includes this header in one file and says
// `INSTANTIATE_TEST_SUITE_P(Sqlite, JobQueueContract, ::testing::Values(make_subject));`.
struct JobQueueSubject {
  std::unique_ptr<JobQueue> queue;
  Database* database = nullptr;
  std::function<void(std::chrono::milliseconds)> advance;  // lets that much time pass
  std::shared_ptr<void> keeps{};                           // what the queue borrows
};
using JobQueueSubjectFactory = std::function<JobQueueSubject()>;

class JobQueueContract : public ::testing::TestWithParam<JobQueueSubjectFactory> {
 protected:
  using Ms = std::chrono::milliseconds;

  void SetUp() override { subject_ = GetParam()(); }
  JobQueue& queue() { return *subject_.queue; }

  JobId enqueue(Job job) {
    auto id = sync_wait(write(*subject_.database, {}, [&](SqlSession& session) -> Result<JobId> {
      return queue().enqueue(session, job);
    }));
    EXPECT_TRUE(id.has_value());
    return id ? *id : JobId{};
  }
  JobId enqueue(const std::string& subject) {
    return enqueue({.kind = "count", .subject = subject});
  }
  void cancel(const std::string& subject) {
    auto done = sync_wait(write(*subject_.database, {}, [&](SqlSession& session) -> Result<void> {
      return queue().cancel(session, "count", subject);
    }));
    EXPECT_TRUE(done.has_value());
  }
  std::vector<Job> lease(std::size_t count_max = 10, const std::string& worker = "one") {
    auto jobs = sync_wait(queue().lease({}, {"count", "other"}, count_max, worker, Ms(1000)));
    EXPECT_TRUE(jobs.has_value());
    return jobs ? *jobs : std::vector<Job>();
  }
  std::vector<std::string> lease_subjects(std::size_t count_max = 10) {
    std::vector<std::string> subjects;
    for (const auto& job : lease(count_max)) subjects.push_back(job.subject);
    return subjects;
  }
  // The code of how it failed, or nothing.
  std::optional<ErrorCode> finish(JobId job, JobOutcome outcome,
                                  const std::string& worker = "one") {
    auto done = sync_wait(queue().finish({}, job, worker, std::move(outcome)));
    return done ? std::nullopt : std::optional(done.error().code);
  }
  std::optional<ErrorCode> heartbeat(JobId job, const std::string& worker = "one") {
    auto done = sync_wait(queue().heartbeat({}, job, worker, Ms(1000)));
    return done ? std::nullopt : std::optional(done.error().code);
  }
  bool is_pending(const std::string& subject) {
    auto found = sync_wait(read(*subject_.database, {}, [&](SqlSession& session) -> Result<bool> {
      return queue().is_pending(session, "count", subject);
    }));
    EXPECT_TRUE(found.has_value());
    return found.value_or(false);
  }
  std::int64_t depth() { return sync_wait(queue().depth({})).value_or(-1); }

  JobQueueSubject subject_;
};

TEST_P(JobQueueContract, hands_out_what_was_queued_exactly_once) {
  auto tenant = TenantId::make();
  auto id = enqueue({.tenant = tenant, .kind = "count", .subject = "a", .payload = R"({"n":1})"});

  auto first = lease();
  auto second = lease(10, "two");

  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].id, id);
  EXPECT_EQ(first[0].tenant, tenant);
  EXPECT_EQ(first[0].payload, R"({"n":1})");
  EXPECT_EQ(first[0].attempts, 1);
  EXPECT_EQ(first[0].state, JobState::running);
  EXPECT_TRUE(second.empty());
}

TEST_P(JobQueueContract, keeps_the_trace_a_job_was_queued_in) {
  CallContext context;
  context.trace = *parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  auto queued =
      sync_wait(write(*subject_.database, context, [&](SqlSession& session) -> Result<JobId> {
        return queue().enqueue(session, {.kind = "count", .subject = "traced"});
      }));
  ASSERT_TRUE(queued.has_value());
  enqueue("alone");

  auto jobs = lease();

  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(jobs[0].traceparent, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  EXPECT_EQ(jobs[1].traceparent, "");
}

TEST_P(JobQueueContract, queues_nothing_when_the_transaction_fails) {
  auto done = sync_wait(write(*subject_.database, {}, [&](SqlSession& session) -> Result<void> {
    TRY_VOID(queue().enqueue(session, {.kind = "count", .subject = "a"}));
    return fail(ErrorCode::invalid, "no");
  }));

  EXPECT_FALSE(done.has_value());
  EXPECT_TRUE(lease().empty());
}

TEST_P(JobQueueContract, leases_by_priority_then_time_then_age) {
  enqueue({.kind = "count", .subject = "late", .priority = 50});
  subject_.advance(Ms(10));
  enqueue({.kind = "count", .subject = "low", .priority = 200});
  enqueue({.kind = "count", .subject = "later", .priority = 50});
  enqueue({.kind = "count", .subject = "urgent", .priority = 1});

  auto two = lease_subjects(2);
  auto rest = lease_subjects();

  EXPECT_EQ(two, (std::vector<std::string>{"urgent", "late"}));
  EXPECT_EQ(rest, (std::vector<std::string>{"later", "low"}));
}

TEST_P(JobQueueContract, lets_tenants_take_turns) {
  auto busy = TenantId::make();
  auto quiet = TenantId::make();
  auto add = [&](TenantId tenant, const std::string& subject, int priority) {
    enqueue({.tenant = tenant, .kind = "count", .subject = subject, .priority = priority});
  };
  for (int i = 1; i <= 4; ++i) add(busy, "busy " + std::to_string(i), 100);
  subject_.advance(Ms(10));
  for (int i = 1; i <= 2; ++i) add(quiet, "quiet " + std::to_string(i), 100);
  add(busy, "later", 200);

  auto subjects = lease_subjects();

  EXPECT_EQ(subjects, (std::vector<std::string>{"busy 1", "quiet 1", "busy 2", "quiet 2", "busy 3",
                                                "busy 4", "later"}));
}

TEST_P(JobQueueContract, gives_no_tenant_the_turns_it_did_not_need) {
  auto busy = TenantId::make();
  auto late = TenantId::make();
  for (int i = 1; i <= 6; ++i)
    enqueue({.tenant = busy, .kind = "count", .subject = "busy " + std::to_string(i)});
  ASSERT_EQ(lease(4).size(), 4U);
  subject_.advance(Ms(10));
  for (int i = 1; i <= 2; ++i)
    enqueue({.tenant = late, .kind = "count", .subject = "late " + std::to_string(i)});

  auto subjects = lease_subjects();

  EXPECT_EQ(subjects, (std::vector<std::string>{"busy 5", "late 1", "busy 6", "late 2"}));
}

TEST_P(JobQueueContract, counts_what_waits_by_kind) {
  enqueue("a");
  enqueue("b");
  enqueue({.kind = "foreign", .subject = "c"});
  ASSERT_EQ(lease(1).size(), 1U);

  auto backlog = sync_wait(queue().backlog({}));

  ASSERT_TRUE(backlog.has_value());
  std::map<std::string, std::int64_t> counts;
  for (const auto& [kind, count] : *backlog) counts[kind] = count;
  EXPECT_EQ(counts, (std::map<std::string, std::int64_t>{{"count", 1}, {"foreign", 1}}));
}

TEST_P(JobQueueContract, ends_the_leases_of_one_worker_s_name_alone) {
  enqueue("a");
  enqueue("b");
  ASSERT_EQ(lease(1, "one/1").size(), 1U);
  ASSERT_EQ(lease(1, "one more/1").size(), 1U);

  ASSERT_TRUE(sync_wait(queue().forfeit_leases({}, "one/")).has_value());

  EXPECT_EQ(lease_subjects(), std::vector<std::string>{"a"});
}

TEST_P(JobQueueContract, leaves_other_kinds_alone) {
  enqueue({.kind = "foreign", .subject = "a"});

  EXPECT_TRUE(lease().empty());
  EXPECT_EQ(depth(), 1);
}

TEST_P(JobQueueContract, leases_again_when_a_lease_expires_and_refuses_the_first_worker) {
  auto id = enqueue("a");
  ASSERT_EQ(lease(1, "one").size(), 1U);

  subject_.advance(Ms(1001));
  auto again = lease(1, "two");

  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].attempts, 2);
  EXPECT_EQ(heartbeat(id, "one"), ErrorCode::conflict);
  EXPECT_EQ(finish(id, {}, "one"), ErrorCode::conflict);
  EXPECT_EQ(finish(id, {}, "two"), std::nullopt);
}

TEST_P(JobQueueContract, keeps_a_lease_that_is_prolonged) {
  auto id = enqueue("a");
  ASSERT_EQ(lease().size(), 1U);

  subject_.advance(Ms(800));
  EXPECT_EQ(heartbeat(id), std::nullopt);
  subject_.advance(Ms(800));

  EXPECT_TRUE(lease(1, "two").empty());
}

TEST_P(JobQueueContract, runs_a_retried_job_after_its_delay) {
  auto id = enqueue("a");
  ASSERT_EQ(lease().size(), 1U);

  EXPECT_EQ(finish(id, {JobOutcome::Kind::retry, "try later", Ms(5000)}), std::nullopt);

  EXPECT_TRUE(lease().empty());
  EXPECT_EQ(depth(), 1);
  subject_.advance(Ms(5000));
  auto again = lease();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].attempts, 2);
  EXPECT_EQ(again[0].last_error, "try later");
}

TEST_P(JobQueueContract, does_not_count_a_released_lease_as_an_attempt) {
  auto id = enqueue({.kind = "count", .subject = "a", .attempts_max = 1});
  ASSERT_EQ(lease().size(), 1U);

  EXPECT_EQ(finish(id, {.kind = JobOutcome::Kind::released}), std::nullopt);
  ASSERT_EQ(lease().size(), 1U);
  EXPECT_EQ(finish(id, {JobOutcome::Kind::released, {}, Ms(5000)}), std::nullopt);

  EXPECT_TRUE(lease().empty());
  subject_.advance(Ms(5000));
  auto again = lease();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].attempts, 1);
  EXPECT_EQ(again[0].state, JobState::running);
}

TEST_P(JobQueueContract, knows_whether_a_subject_has_a_job_ahead) {
  auto id = enqueue("a");

  bool queued = is_pending("a");
  ASSERT_EQ(lease().size(), 1U);
  bool running = is_pending("a");
  EXPECT_EQ(finish(id, {}), std::nullopt);

  EXPECT_TRUE(queued);
  EXPECT_TRUE(running);
  EXPECT_FALSE(is_pending("a"));
  EXPECT_FALSE(is_pending("b"));
}

TEST_P(JobQueueContract, offers_an_exhausted_job_as_dead_until_its_end_is_told) {
  auto id = enqueue({.kind = "count", .subject = "a", .attempts_max = 1});
  ASSERT_EQ(lease().size(), 1U);
  subject_.advance(Ms(1001));

  auto dead = lease();
  subject_.advance(Ms(1001));
  auto dead_again = lease();

  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].state, JobState::dead);
  EXPECT_EQ(dead[0].attempts, 1);
  ASSERT_EQ(dead_again.size(), 1U);
  EXPECT_EQ(dead_again[0].state, JobState::dead);
  EXPECT_EQ(finish(id, {JobOutcome::Kind::dead, "gave up", {}}), std::nullopt);
  subject_.advance(Ms(1001));
  EXPECT_TRUE(lease().empty());
  EXPECT_EQ(depth(), 0);
}

TEST_P(JobQueueContract, cancels_a_queued_job) {
  enqueue("a");
  enqueue("b");

  cancel("a");

  EXPECT_EQ(lease_subjects(), std::vector<std::string>{"b"});
}

TEST_P(JobQueueContract, tells_a_running_job_that_it_is_cancelled) {
  auto id = enqueue("a");
  ASSERT_EQ(lease().size(), 1U);

  cancel("a");

  EXPECT_EQ(heartbeat(id), ErrorCode::cancelled);
  EXPECT_EQ(finish(id, {JobOutcome::Kind::cancelled, {}, {}}), std::nullopt);
  subject_.advance(Ms(2000));
  EXPECT_TRUE(lease().empty());
}

TEST_P(JobQueueContract, never_runs_a_cancelled_job_again) {
  auto retried = enqueue("retried");
  enqueue("abandoned");
  ASSERT_EQ(lease().size(), 2U);
  cancel("retried");
  cancel("abandoned");

  EXPECT_EQ(finish(retried, {JobOutcome::Kind::retry, "again", Ms(0)}), std::nullopt);
  subject_.advance(Ms(2000));

  EXPECT_TRUE(lease().empty());
  EXPECT_EQ(depth(), 0);
}

TEST_P(JobQueueContract, wakes_the_listening_workers) {
  int woken = 0;
  queue().on_wake([&woken] { ++woken; });

  queue().wake();

  EXPECT_EQ(woken, 1);
}

}  // namespace aiva
