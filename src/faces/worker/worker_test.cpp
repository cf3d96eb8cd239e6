#include "faces/worker/worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

#include "adapters/job_table/job_table.h"
#include "adapters/job_table/schedule_table.h"
#include "adapters/test_database/test_database.h"
#include "foundation/thread_pool.h"
#include "ports/testing/manual_clock.h"

namespace aiva::worker {
namespace {

using Kind = JobOutcome::Kind;
using std::chrono::seconds;

// A gate that jobs wait at until the test opens it or they are stopped.
class Gate {
 public:
  Result<void> wait(std::stop_token stop) {
    std::stop_callback on_stop(stop, [this] { notify(); });
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return is_open_ || stop.stop_requested(); });
    if (stop.stop_requested()) return fail(ErrorCode::cancelled, "stopped");
    return {};
  }
  void wait_for_arrivals(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= count; });
  }
  void open() {
    std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }

 private:
  void notify() {
    std::lock_guard lock(mutex_);
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  bool is_open_ = false;
};

class WorkerOn : public ::testing::Test {
 protected:
  JobId enqueue(const std::string& subject, int attempts_max = 5) {
    auto id = sync_wait(write(*rows_, {}, [&](SqlSession& sql) {
      return queue_->enqueue(
          sql,
          {.tenant = tenant_, .kind = "work", .subject = subject, .attempts_max = attempts_max});
    }));
    return id.value_or(JobId{});
  }

  std::unique_ptr<Worker> make(JobHandler handler, WorkerOptions options = {}) {
    return make_worker(std::move(options), {.queue = *queue_,
                                            .clock = clock_,
                                            .metrics = metrics_,
                                            .handlers = {{"work", std::move(handler)}},
                                            .chores = std::move(chores_),
                                            .schedules = schedules_});
  }
  // Turns until nothing runs any more; jobs end on their own threads meanwhile.
  static void turn_until_idle(Worker& worker) {
    do worker.turn();
    while (worker.running() > 0);
  }

  std::string text(std::string_view sql, SqlSession::Parameters parameters = {}) {
    std::string found;
    auto outcome = sync_wait(read(*rows_, {}, [&](SqlSession& session) {
      return session.query(sql, parameters, [&found](const SqlRow& row) -> Result<void> {
        found += (found.empty() ? "" : " ") + std::string(row.text(0));
        return {};
      });
    }));
    EXPECT_TRUE(outcome.has_value());
    return found;
  }
  std::string state(JobId id) { return text("SELECT state FROM jobs WHERE id = ?", {id}); }
  std::string attempts(JobId id) {
    return text("SELECT CAST(attempts AS TEXT) FROM jobs WHERE id = ?", {id});
  }

  TestDatabase rows_;
  ManualClock clock_;
  Metrics metrics_;
  TenantId tenant_ = rows_.add_tenant();
  std::unique_ptr<JobQueue> queue_ = make_job_table(*rows_, clock_);
  std::vector<Chore> chores_;
  ScheduleLeases* schedules_ = nullptr;
};

Task<Result<JobOutcome>> answer(JobOutcome outcome) { co_return outcome; }
Task<Result<JobOutcome>> answer_failure(Error error) { co_return fail(std::move(error)); }
Task<Result<JobOutcome>> throw_something() {
  throw std::runtime_error("boom");
  co_return JobOutcome{};
}
Task<Result<JobOutcome>> wait_at(Gate& gate, CallContext context) {
  auto waited = gate.wait(context.cancellation);
  if (waited) co_return JobOutcome{};
  co_return JobOutcome{Kind::cancelled, waited.error().message};
}

TEST_F(WorkerOn, a_job_goes_on_in_the_trace_it_was_queued_in) {
  std::vector<RecordedTrace> traces;
  Tracer tracer({.is_exported = true});
  tracer.tell([&traces](RecordedTrace& trace) { traces.push_back(std::move(trace)); });
  CallContext upload;
  upload.trace = *parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  auto queued = sync_wait(write(*rows_, upload, [&](SqlSession& sql) {
    return queue_->enqueue(sql, {.tenant = tenant_, .kind = "work", .subject = "a"});
  }));
  ASSERT_TRUE(queued.has_value());
  TraceContext seen;
  auto worker = make_worker({}, {.queue = *queue_,
                                 .clock = clock_,
                                 .metrics = metrics_,
                                 .handlers = {{"work",
                                               [&seen](const CallContext& context, const Job&) {
                                                 seen = context.trace.ids();
                                                 return answer({});
                                               }}},
                                 .tracer = &tracer});

  turn_until_idle(*worker);
  worker.reset();

  EXPECT_EQ(seen.trace_id, upload.trace.trace_id);
  EXPECT_TRUE(seen.is_sampled);
  ASSERT_EQ(traces.size(), 1U);
  EXPECT_EQ(traces[0].name_of(traces[0].spans[0]), "job work");
  EXPECT_EQ(traces[0].spans[0].parent, upload.trace.span_id);
  EXPECT_EQ(traces[0].spans[0].id, seen.span_id);
  EXPECT_FALSE(traces[0].is_own);
}

TEST_F(WorkerOn, a_job_does_it_and_ends_it) {
  auto id = enqueue("a");
  std::atomic<int> calls = 0;
  TenantId seen;
  auto worker = make([&](CallContext context, Job job) {
    ++calls;
    seen = context.tenant;
    EXPECT_EQ(job.subject, "a");
    EXPECT_NE(context.trace.trace_id, TraceContext{}.trace_id);
    return answer({});
  });

  turn_until_idle(*worker);

  EXPECT_EQ(calls, 1);
  EXPECT_EQ(seen, tenant_);
  EXPECT_EQ(state(id), "completed");
  auto figures = metrics_.to_prometheus_text();
  EXPECT_NE(figures.find(R"(aiva_jobs_total{kind="work",outcome="completed"} 1)"),
            std::string::npos)
      << figures;
  EXPECT_NE(figures.find("aiva_job_duration_seconds_count{kind=\"work\"} 1"), std::string::npos);
}

TEST_F(WorkerOn, a_failing_job_tries_again_ever_later) {
  auto id = enqueue("a", 3);
  std::vector<JobState> states;
  auto worker = make([&](CallContext, Job job) {
    states.push_back(job.state);
    if (states.size() == 2) return throw_something();
    return answer_failure({.code = ErrorCode::unavailable, .message = "later"});
  });

  turn_until_idle(*worker);
  EXPECT_EQ(state(id), "queued");
  EXPECT_EQ(text("SELECT last_error FROM jobs"), "later");
  clock_.advance(seconds(1));
  turn_until_idle(*worker);
  EXPECT_EQ(states.size(), 1U);
  for (auto wait : {seconds(1), seconds(4), seconds(8)}) {
    clock_.advance(wait);
    turn_until_idle(*worker);
  }

  EXPECT_EQ(states,
            (std::vector{JobState::running, JobState::running, JobState::running, JobState::dead}));
}

TEST_F(WorkerOn, many_jobs_does_as_many_at_once_as_allowed) {
  for (int i = 0; i < 5; ++i) enqueue(std::to_string(i));
  Gate gate;
  auto worker = make([&](CallContext context, Job) { return wait_at(gate, std::move(context)); },
                     {.concurrency = 2});

  worker->turn();
  gate.wait_for_arrivals(2);
  worker->turn();

  EXPECT_EQ(worker->running(), 2U);
  EXPECT_EQ(text("SELECT CAST(COUNT(*) AS TEXT) FROM jobs WHERE state = 'running'"), "2");
  gate.open();
  while (text("SELECT CAST(COUNT(*) AS TEXT) FROM jobs WHERE state = 'completed'") != "5")
    worker->turn();
}

TEST_F(WorkerOn, a_long_job_prolongs_its_lease) {
  auto id = enqueue("a");
  Gate gate;
  auto worker = make([&](CallContext context, Job) { return wait_at(gate, std::move(context)); });
  worker->turn();
  gate.wait_for_arrivals(1);

  for (int i = 0; i < 10; ++i) {
    clock_.advance(seconds(10));
    worker->turn();
  }
  auto others = sync_wait(queue_->lease({}, {"work"}, 1, "other", seconds(30)));

  EXPECT_TRUE(others->empty());
  gate.open();
  turn_until_idle(*worker);
  EXPECT_EQ(state(id), "completed");
  EXPECT_EQ(attempts(id), "1");
}

TEST_F(WorkerOn, a_cancelled_job_stops_it) {
  auto id = enqueue("a");
  Gate gate;
  auto worker = make([&](CallContext context, Job) { return wait_at(gate, std::move(context)); });
  worker->turn();
  gate.wait_for_arrivals(1);
  ASSERT_TRUE(sync_wait(write(*rows_, {}, [&](SqlSession& sql) {
                return queue_->cancel(sql, "work", "a");
              })).has_value());

  clock_.advance(seconds(10));
  turn_until_idle(*worker);

  EXPECT_EQ(state(id), "cancelled");
}

TEST_F(WorkerOn, a_job_whose_lease_is_lost_stops_it_without_ending_it) {
  auto id = enqueue("a");
  Gate gate;
  auto worker = make([&](CallContext context, Job) { return wait_at(gate, std::move(context)); },
                     {.name = "slow"});
  worker->turn();
  gate.wait_for_arrivals(1);
  clock_.advance(seconds(31));
  auto others = sync_wait(queue_->lease({}, {"work"}, 1, "other", seconds(30)));
  ASSERT_EQ(others->size(), 1U);

  turn_until_idle(*worker);

  EXPECT_EQ(state(id), "running");
  EXPECT_EQ(text("SELECT worker FROM jobs"), "other");
  EXPECT_NE(metrics_.to_prometheus_text().find(R"(outcome="lost"} 1)"), std::string::npos);
}

TEST_F(WorkerOn, drain_puts_running_jobs_back_without_costing_an_attempt) {
  auto id = enqueue("a");
  auto waiting = enqueue("b");
  Gate gate;
  auto worker = make([&](CallContext context, Job) { return wait_at(gate, std::move(context)); },
                     {.concurrency = 1});
  worker->start();
  gate.wait_for_arrivals(1);

  worker->drain(seconds(60));

  EXPECT_EQ(worker->running(), 0U);
  EXPECT_EQ(state(id), "queued");
  EXPECT_EQ(attempts(id), "0");
  EXPECT_EQ(state(waiting), "queued");
}

TEST_F(WorkerOn, its_own_waits_with_a_job_that_may_have_killed_its_process) {
  auto id = enqueue("a");
  for (int i = 0; i < 4; ++i) {
    clock_.advance(seconds(31));
    ASSERT_EQ(sync_wait(queue_->lease({}, {"work"}, 1, "killed", seconds(30)))->size(), 1U);
  }

  ASSERT_TRUE(sync_wait(queue_->forfeit_leases({}, "")).has_value());

  EXPECT_TRUE(sync_wait(queue_->lease({}, {"work"}, 1, "next", seconds(30)))->empty());
  EXPECT_EQ(state(id), "running");
}

TEST_F(WorkerOn, its_own_takes_up_what_a_killed_process_left) {
  auto id = enqueue("a");
  ASSERT_EQ(sync_wait(queue_->lease({}, {"work"}, 1, "killed", seconds(3600)))->size(), 1U);
  Gate gate;
  auto worker = make([&](CallContext context, Job) { return wait_at(gate, std::move(context)); },
                     {.forfeits = ""});

  worker->start();

  gate.wait_for_arrivals(1);
  EXPECT_EQ(attempts(id), "2");
  gate.open();
}

TEST_F(WorkerOn, its_own_name_takes_up_nothing_of_others) {
  auto id = enqueue("a");
  ASSERT_EQ(sync_wait(queue_->lease({}, {"work"}, 1, "other/1", seconds(3600)))->size(), 1U);
  auto worker = make([](CallContext, Job) { return answer({}); }, {.forfeits = "own/"});

  worker->start();
  worker->drain(seconds(10));

  EXPECT_EQ(state(id), "running");
  EXPECT_EQ(attempts(id), "1");
}

TEST_F(WorkerOn, its_own_thread_is_woken_by_the_queue) {
  Gate gate;
  auto worker = make([&](CallContext context, Job) { return wait_at(gate, std::move(context)); },
                     {.poll_interval = std::chrono::hours(1)});
  worker->start();

  enqueue("a");
  queue_->wake();

  gate.wait_for_arrivals(1);  // hangs when nobody wakes
  gate.open();
}

Task<Result<void>> count(std::atomic<int>& calls, Result<void> outcome) {
  ++calls;
  co_return outcome;
}

Task<Result<void>> wait_as_chore(Gate& gate, CallContext context) {
  co_return gate.wait(context.cancellation);
}

TEST_F(WorkerOn, chores_does_them_at_the_start_and_every_so_often) {
  std::atomic<int> calls = 0;
  std::atomic<int> failing = 0;
  chores_.push_back({"sweep", seconds(60), [&](CallContext) { return count(calls, {}); }});
  chores_.push_back({"broken", seconds(30), [&](CallContext) {
                       return count(failing, fail(ErrorCode::unavailable, "not now"));
                     }});
  auto worker = make([](CallContext, Job) { return answer({}); });

  turn_until_idle(*worker);
  turn_until_idle(*worker);
  EXPECT_EQ(calls, 1);
  clock_.advance(seconds(60));
  turn_until_idle(*worker);

  EXPECT_EQ(calls, 2);
  EXPECT_EQ(failing, 2);
}

TEST_F(WorkerOn, a_chore_that_failed_tries_again_ever_later_until_it_succeeds) {
  std::atomic<int> calls = 0;
  chores_ = {{"sweep", seconds(3600), [&](CallContext) {
                return count(calls,
                             calls < 3 ? fail(ErrorCode::unavailable, "not now") : Result<void>());
              }}};
  auto worker = make([](CallContext, Job) { return answer({}); });
  auto calls_after = [&](std::chrono::milliseconds time) {
    clock_.advance(time);
    turn_until_idle(*worker);
    worker->turn();  // which sees how it ended
    return calls.load();
  };

  EXPECT_EQ(calls_after(seconds(0)), 1);
  EXPECT_EQ(calls_after(seconds(2)), 1);
  EXPECT_EQ(calls_after(seconds(3)), 2);
  EXPECT_EQ(calls_after(seconds(4)), 2);
  EXPECT_EQ(calls_after(seconds(6)), 3);
  EXPECT_EQ(calls_after(seconds(20)), 4);
  EXPECT_EQ(calls_after(seconds(3500)), 4);
  EXPECT_EQ(calls_after(seconds(100)), 5);
}

// Two workers on one database, as two processes are.
class WorkersOn : public WorkerOn {
 protected:
  std::unique_ptr<Worker> make_with(const std::string& name, std::vector<Chore> chores) {
    schedules_ = leases_.get();
    chores_ = std::move(chores);
    return make([](CallContext, Job) { return answer({}); }, {.name = name});
  }

  std::unique_ptr<ScheduleLeases> leases_ = make_schedule_table(*rows_, clock_);
};

TEST_F(WorkersOn, one_database_do_a_chore_of_the_fleet_once) {
  std::atomic<int> once = 0;
  std::atomic<int> each = 0;
  auto sweep = [&](CallContext) { return count(once, {}); };
  auto look = [&](CallContext) { return count(each, {}); };
  std::vector<Chore> chores{{"sweep", seconds(60), sweep},
                            {"look", seconds(60), look, ChoreScope::process}};
  auto first = make_with("a", chores);
  auto second = make_with("b", chores);

  for (int minute = 0; minute < 3; ++minute) {
    turn_until_idle(*first);
    turn_until_idle(*second);
    clock_.advance(seconds(60));
  }

  EXPECT_EQ(once, 3);
  EXPECT_EQ(each, 6);
}

TEST_F(WorkersOn, one_database_try_again_soon_what_failed_at_one_of_them) {
  std::atomic<int> failing = 0;
  std::atomic<int> calls = 0;
  auto first = make_with("a", {{"sweep", seconds(3600), [&](CallContext) {
                                  return count(failing, fail(ErrorCode::unavailable, "not now"));
                                }}});
  auto second =
      make_with("b", {{"sweep", seconds(3600), [&](CallContext) { return count(calls, {}); }}});
  turn_until_idle(*first);

  turn_until_idle(*second);
  EXPECT_EQ(calls, 0);
  clock_.advance(seconds(10));
  turn_until_idle(*second);

  EXPECT_EQ(failing, 1);
  EXPECT_EQ(calls, 1);
}

TEST_F(WorkersOn, one_database_take_over_from_one_that_died_in_a_chore) {
  std::atomic<int> calls = 0;
  auto sweep = [&](CallContext) { return count(calls, {}); };
  auto worker = make_with("b", {{"sweep", seconds(3600), sweep}});
  ASSERT_TRUE(sync_wait(leases_->take({}, "sweep", "died", seconds(30)))->has_value());

  turn_until_idle(*worker);
  EXPECT_EQ(calls, 0);
  clock_.advance(seconds(30));
  turn_until_idle(*worker);

  EXPECT_EQ(calls, 1);
}

TEST_F(WorkersOn, one_database_do_again_what_a_drain_broke_off) {
  Gate gate;
  auto wait = [&](CallContext context) -> Task<Result<void>> {
    return wait_as_chore(gate, std::move(context));
  };
  std::atomic<int> calls = 0;
  auto sweep = [&](CallContext) { return count(calls, {}); };
  auto first = make_with("a", {{"sweep", seconds(3600), wait}});
  auto second = make_with("b", {{"sweep", seconds(3600), sweep}});
  first->turn();
  gate.wait_for_arrivals(1);

  first->drain(seconds(10));
  turn_until_idle(*second);

  EXPECT_EQ(calls, 1);
}

TEST_F(WorkersOn, one_database_keep_a_long_chore_to_the_one_that_is_at_it) {
  Gate gate;
  auto wait = [&](CallContext context) -> Task<Result<void>> {
    return wait_as_chore(gate, std::move(context));
  };
  std::atomic<int> calls = 0;
  auto sweep = [&](CallContext) { return count(calls, {}); };
  auto first = make_with("a", {{"sweep", seconds(10), wait}});
  auto second = make_with("b", {{"sweep", seconds(10), sweep}});
  first->turn();
  gate.wait_for_arrivals(1);

  for (int i = 0; i < 6; ++i) {
    clock_.advance(seconds(10));
    first->turn();
    turn_until_idle(*second);
  }

  EXPECT_EQ(calls, 0);
  gate.open();
  turn_until_idle(*first);
}

// Rows that cannot be reached.
class NoLeases final : public ScheduleLeases {
 public:
  Task<Result<std::optional<ScheduleTurn>>> take(CallContext, std::string, std::string,
                                                 std::chrono::milliseconds) override {
    ++asked;
    co_return fail(ErrorCode::unavailable, "no rows");
  }
  Task<Result<void>> prolong(CallContext, ScheduleTurn, std::chrono::milliseconds) override {
    co_return fail(ErrorCode::unavailable, "no rows");
  }
  Task<Result<void>> finish(CallContext, ScheduleTurn, std::chrono::milliseconds) override {
    co_return fail(ErrorCode::unavailable, "no rows");
  }
  int asked = 0;
};

// Rows that go away once a turn is taken.
class GoneLeases final : public ScheduleLeases {
 public:
  Task<Result<std::optional<ScheduleTurn>>> take(CallContext, std::string name, std::string holder,
                                                 std::chrono::milliseconds) override {
    co_return ScheduleTurn{.name = std::move(name), .holder = std::move(holder), .generation = 1};
  }
  Task<Result<void>> prolong(CallContext, ScheduleTurn, std::chrono::milliseconds) override {
    co_return fail(ErrorCode::unavailable, "no rows");
  }
  Task<Result<void>> finish(CallContext, ScheduleTurn, std::chrono::milliseconds) override {
    co_return fail(ErrorCode::unavailable, "no rows");
  }
};

TEST_F(WorkerOn, a_chore_of_the_fleet_stops_when_its_turn_cannot_be_kept) {
  GoneLeases leases;
  schedules_ = &leases;
  Gate gate;
  std::stop_token told;
  chores_ = {{"sweep", seconds(3600), [&](CallContext context) -> Task<Result<void>> {
                told = context.cancellation;
                return wait_as_chore(gate, std::move(context));
              }}};
  auto worker = make([](CallContext, Job) { return answer({}); });
  worker->turn();
  gate.wait_for_arrivals(1);

  clock_.advance(seconds(15));
  worker->turn();
  bool was_told_early = told.stop_requested();
  clock_.advance(seconds(15));
  turn_until_idle(*worker);

  EXPECT_FALSE(was_told_early);
  EXPECT_TRUE(told.stop_requested());
}

TEST_F(WorkerOn, chores_of_the_fleet_rest_while_the_rows_cannot_be_read) {
  NoLeases leases;
  schedules_ = &leases;
  std::atomic<int> once = 0;
  std::atomic<int> each = 0;
  auto sweep = [&](CallContext) { return count(once, {}); };
  chores_ = {
      {"sweep", seconds(1), sweep},
      {"sum up", seconds(1), sweep},
      {"look", seconds(1), [&](CallContext) { return count(each, {}); }, ChoreScope::process}};
  auto worker = make([](CallContext, Job) { return answer({}); });

  for (int second = 0; second < 5; ++second) {
    turn_until_idle(*worker);
    clock_.advance(seconds(1));
  }

  EXPECT_EQ(leases.asked, 1);
  EXPECT_EQ(once, 0);
  EXPECT_EQ(each, 5);
}

}  // namespace
}  // namespace aiva::worker
