#include "foundation/pause.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>
#include <vector>

#include "foundation/thread_pool.h"

namespace aiva {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::future<Result<void>> pause_later(const Pause& pause, CallContext context, milliseconds time) {
  auto promise = std::make_shared<std::promise<Result<void>>>();
  start(pause(std::move(context), time),
        [promise](std::exception_ptr, std::optional<Result<void>> outcome) {
          promise->set_value(std::move(*outcome));
        });
  return promise->get_future();
}

TEST(Pause, lasts_as_long_as_asked) {
  auto pause = make_pause();
  auto begin = steady_clock::now();

  auto longer = pause_later(pause, {}, milliseconds(30));
  auto shorter = pause_later(pause, {}, milliseconds(10));

  EXPECT_TRUE(shorter.get().has_value());
  EXPECT_GE(steady_clock::now() - begin, milliseconds(10));
  EXPECT_TRUE(longer.get().has_value());
  EXPECT_GE(steady_clock::now() - begin, milliseconds(30));
}

TEST(Pause, ends_when_the_call_is_cancelled) {
  auto pause = make_pause();
  std::stop_source source;
  auto outcome = pause_later(pause, {.cancellation = source.get_token()}, std::chrono::hours(1));

  source.request_stop();

  EXPECT_EQ(outcome.get().error().code, ErrorCode::cancelled);
}

TEST(Pause, does_not_begin_for_a_cancelled_call) {
  auto pause = make_pause();
  std::stop_source source;
  source.request_stop();

  auto outcome = sync_wait(pause({.cancellation = source.get_token()}, std::chrono::hours(1)));

  EXPECT_EQ(outcome.error().code, ErrorCode::cancelled);
}

TEST(Pause, survives_a_stop_at_any_moment) {
  auto pause = make_pause();
  for (int i = 0; i < 300; ++i) {
    std::stop_source source;
    std::jthread stopper([&source] { source.request_stop(); });
    auto outcome = sync_wait(pause({.cancellation = source.get_token()}, std::chrono::hours(1)));
    EXPECT_EQ(outcome.error().code, ErrorCode::cancelled);
  }
}

TEST(Pause, continues_at_home) {
  ThreadPool home({.name = "home", .threads = 1});
  std::promise<std::thread::id> home_thread;
  home.post([&home_thread] { home_thread.set_value(std::this_thread::get_id()); });
  auto pause = make_pause();
  std::promise<std::thread::id> ended_on;

  start(pause({.home = &home}, milliseconds(1)),
        [&ended_on](std::exception_ptr, std::optional<Result<void>>) {
          ended_on.set_value(std::this_thread::get_id());
        });

  EXPECT_EQ(ended_on.get_future().get(), home_thread.get_future().get());
}

}  // namespace
}  // namespace aiva
