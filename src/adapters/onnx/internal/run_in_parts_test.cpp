#include "adapters/onnx/internal/run_in_parts.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <vector>

#include "foundation/task.h"

namespace aiva {
namespace {

Task<Result<void>> run_all(ThreadPool& pool, CallContext context, std::size_t count,
                           std::size_t width, RunInParts::Part part) {
  RunInParts run(pool, context, count, width, std::move(part));
  auto result = co_await run;
  co_return result;
}

TEST(RunInParts, runs_every_part_once_on_the_pool) {
  ThreadPool pool({.threads = 3});
  std::vector<std::atomic<int>> runs(200);
  const auto here = std::this_thread::get_id();
  std::atomic<int> runs_here = 0;

  auto result = sync_wait(run_all(pool, {}, runs.size(), 3, [&](std::size_t i) -> Result<void> {
    ++runs[i];
    if (std::this_thread::get_id() == here) ++runs_here;
    return {};
  }));

  EXPECT_TRUE(result);
  for (auto& count : runs) EXPECT_EQ(count, 1);
  EXPECT_EQ(runs_here, 0);
}

TEST(RunInParts, ends_at_once_when_there_is_nothing_to_run) {
  ThreadPool pool({});

  EXPECT_TRUE(sync_wait(run_all(pool, {}, 0, 2, [](std::size_t) -> Result<void> {
    return fail(ErrorCode::internal, "never called");
  })));
}

TEST(RunInParts, stops_after_a_failure_and_returns_it) {
  ThreadPool pool({});
  std::atomic<int> runs = 0;

  auto result = sync_wait(run_all(pool, {}, 100, 1, [&](std::size_t i) -> Result<void> {
    ++runs;
    if (i == 3) return fail(ErrorCode::too_large, "part 3");
    return {};
  }));

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::too_large);
  EXPECT_EQ(runs, 4);
}

TEST(RunInParts, turns_an_exception_into_an_internal_error) {
  ThreadPool pool({});

  auto result = sync_wait(run_all(
      pool, {}, 2, 1, [](std::size_t) -> Result<void> { throw std::runtime_error("broken"); }));

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::internal);
  EXPECT_EQ(result.error().cause, "broken");
}

TEST(RunInParts, runs_no_further_part_of_a_cancelled_call) {
  ThreadPool pool({});
  std::stop_source source;
  std::atomic<int> runs = 0;

  auto result = sync_wait(
      run_all(pool, {.cancellation = source.get_token()}, 100, 1, [&](std::size_t) -> Result<void> {
        if (++runs == 5) source.request_stop();
        return {};
      }));

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::cancelled);
  EXPECT_EQ(runs, 5);
}

TEST(RunInParts, lets_other_work_of_the_pool_take_its_turn) {
  ThreadPool pool({});
  std::atomic<int> runs = 0;
  std::atomic<int> runs_seen = -1;

  auto result = sync_wait(run_all(pool, {}, 10, 1, [&](std::size_t i) -> Result<void> {
    if (i == 2) pool.post([&] { runs_seen = runs.load(); });
    ++runs;
    return {};
  }));

  EXPECT_TRUE(result);
  EXPECT_EQ(runs_seen, 3) << "the work posted by the third part ran before the fourth";
}

}  // namespace
}  // namespace aiva
