#include "ports/model_server/request_pace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <coroutine>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace aiva::model_server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A pace whose time the test moves; whoever pauses is woken by every step.
class Pacing : public ::testing::Test {
 protected:
  void limit(double requests, double tokens) {
    pace_.emplace(
        RateLimits{.requests_per_minute = requests, .tokens_per_minute = tokens},
        [this](CallContext context, milliseconds) { return sleep(std::move(context)); },
        [this] { return now_; });
  }
  // Sends a request; its name is in `gone_` once it went, with a "!" when it failed.
  void send(std::string name, RequestCost cost, CallContext context = {}) {
    start(pace_->enter(std::move(context), cost),
          [this, name](std::exception_ptr, std::optional<Result<void>> outcome) {
            gone_.push_back(*outcome ? name : name + "!");
          });
  }
  void pass(milliseconds time) {
    for (auto end = now_ + time; now_ < end;) {
      now_ += milliseconds(100);
      for (auto sleeper : std::exchange(sleepers_, {})) sleeper.resume();
    }
  }
  std::vector<std::string> gone() { return std::exchange(gone_, {}); }
  void TearDown() override {
    while (!sleepers_.empty()) pass(seconds(10));
  }

  std::optional<RequestPace> pace_;

 private:
  struct Sleeping {
    std::vector<std::coroutine_handle<>>& sleepers;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) { sleepers.push_back(awaiting); }
    void await_resume() const noexcept {}
  };
  Task<Result<void>> sleep(CallContext context) {
    co_await Sleeping{sleepers_};
    co_return context.check();
  }

  RequestPace::Instant now_ = RequestPace::Instant() + std::chrono::hours(100);
  std::vector<std::coroutine_handle<>> sleepers_;
  std::vector<std::string> gone_;
};

TEST_F(Pacing, lets_everything_through_without_limits) {
  limit(0, 0);

  for (int i = 0; i < 3; ++i) send("a", {.tokens = 1e9});

  EXPECT_THAT(gone(), ElementsAre("a", "a", "a"));
}

TEST_F(Pacing, spreads_requests_over_the_minute) {
  limit(3, 0);

  for (const char* name : {"a", "b", "c", "d"}) send(name, {});

  EXPECT_THAT(gone(), ElementsAre("a"));
  pass(seconds(19));
  EXPECT_THAT(gone(), IsEmpty());
  pass(seconds(1));
  EXPECT_THAT(gone(), ElementsAre("b"));
  pass(seconds(40));
  EXPECT_THAT(gone(), ElementsAre("c", "d"));
}

TEST_F(Pacing, counts_tokens_and_corrects_what_was_guessed) {
  limit(0, 6000);  // 100 a second, 1000 at once

  send("a", {.tokens = 700, .is_urgent = true});
  pace_->correct(700, 300);
  send("b", {.tokens = 700, .is_urgent = true});
  EXPECT_THAT(gone(), ElementsAre("a", "b"));

  pace_->correct(700, 1200);  // 500 beyond what there was
  send("c", {.tokens = 100, .is_urgent = true});
  pass(milliseconds(5900));
  EXPECT_THAT(gone(), IsEmpty());
  pass(milliseconds(200));
  EXPECT_THAT(gone(), ElementsAre("c"));
}

TEST_F(Pacing, lets_questions_go_before_bulk_and_keeps_some_for_them) {
  limit(600, 0);  // ten a second

  for (int i = 0; i < 20; ++i) send("bulk", {});
  EXPECT_EQ(gone().size(), 7U);
  for (int i = 0; i < 5; ++i) send("question", {.is_urgent = true});

  EXPECT_THAT(gone(), ElementsAre("question", "question", "question"));
  pass(milliseconds(200));
  EXPECT_THAT(gone(), ElementsAre("question", "question"));
  pass(milliseconds(300));
  EXPECT_THAT(gone(), IsEmpty());
  pass(milliseconds(100));
  EXPECT_THAT(gone(), ElementsAre("bulk"));
}

TEST_F(Pacing, lets_a_request_above_the_burst_through_and_pays_it_back) {
  limit(0, 6000);

  send("large", {.tokens = 3000});
  send("small", {.tokens = 10, .is_urgent = true});

  EXPECT_THAT(gone(), ElementsAre("large"));
  pass(milliseconds(19'900));
  EXPECT_THAT(gone(), IsEmpty());
  pass(milliseconds(300));
  EXPECT_THAT(gone(), ElementsAre("small"));
}

TEST_F(Pacing, believes_the_server_when_it_has_less_left) {
  limit(60, 6000);
  HttpResponse answer{
      .status = 200,
      .headers = {{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-remaining-tokens", "-1"}}};

  pace_->learn(answer);
  send("a", {.tokens = 10, .is_urgent = true});

  pass(milliseconds(900));
  EXPECT_THAT(gone(), IsEmpty());
  pass(milliseconds(200));
  EXPECT_THAT(gone(), ElementsAre("a"));
}

TEST_F(Pacing, holds_everybody_when_the_server_said_so) {
  limit(0, 0);

  pace_->hold(seconds(2));
  pace_->hold(seconds(1));
  send("a", {.is_urgent = true});
  send("b", {});

  pass(milliseconds(1900));
  EXPECT_THAT(gone(), IsEmpty());
  pass(milliseconds(100));
  EXPECT_EQ(gone().size(), 2U);
}

TEST_F(Pacing, ends_with_the_call_and_leaves_its_place_to_the_next) {
  limit(3, 0);
  std::stop_source source;
  send("first", {});
  send("cancelled", {}, {.cancellation = source.get_token()});
  send("next", {});

  source.request_stop();
  pass(seconds(20));

  EXPECT_THAT(gone(), ElementsAre("first", "cancelled!", "next"));
}

TEST_F(Pacing, says_at_once_that_the_deadline_comes_first) {
  limit(3, 0);
  CallContext hurried{.deadline = std::chrono::steady_clock::now() + seconds(5)};

  send("first", {});
  auto outcome = sync_wait(pace_->enter(hurried, {}));

  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, ErrorCode::unavailable);
  EXPECT_EQ(outcome.error().retry_after_s, 20);
}

TEST_F(Pacing, sizes_bulk_so_that_questions_need_not_wait) {
  limit(0, 0);
  EXPECT_EQ(pace_->bulk_tokens_max(), 0);
  limit(500, 200'000);
  EXPECT_NEAR(pace_->bulk_tokens_max(), 25'000, 1);
  limit(3, 150'000);
  EXPECT_NEAR(pace_->bulk_tokens_max(), 50'000, 1);
}

}  // namespace
}  // namespace aiva::model_server
