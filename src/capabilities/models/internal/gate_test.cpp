#include "capabilities/models/internal/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "ports/testing/manual_pause.h"

namespace aiva::models {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Passing : public ::testing::Test {
 protected:
  void open_gate(KeyLimits limits, GateOptions options = {}) {
    options.limits = limits;
    gate_.emplace(options, clock_, pause_);
  }
  // A call of the tenant named by the first letter; its name is in gone() once it went, with the
  // code when it failed. It keeps its pass until leave().
  void call(const std::string& name, double tokens = 1, CallContext context = {}) {
    auto& tenant = tenants_[name.front()];
    if (tenant.is_nil()) tenant = TenantId::make();
    context.tenant = tenant;
    start(gate_->enter(context, tokens, 1),
          [this, name](std::exception_ptr, std::optional<Result<Gate::Pass>> pass) {
            gone_.push_back(*pass ? name : name + "!" + std::string(to_string(pass->error().code)));
            if (*pass) passes_.emplace(name, std::move(**pass));
          });
  }
  void leave(const std::string& name) {
    passes_.erase(name);
    sleeping_.settle();
  }
  std::vector<std::string> gone() { return std::exchange(gone_, {}); }
  LaneState state() {
    LaneState state;
    gate_->describe(state);
    return state;
  }
  void TearDown() override {
    passes_.clear();
    gate_.reset();
    sleeping_.pass(seconds(60));
    EXPECT_EQ(sleeping_.sleepers(), 0U);
  }

  ManualClock clock_;
  ManualPause sleeping_{clock_};
  Pause pause_ = sleeping_.pause();
  std::optional<Gate> gate_;
  std::map<std::string, Gate::Pass> passes_;

 private:
  std::map<char, TenantId> tenants_;
  std::vector<std::string> gone_;
};

TEST_F(Passing, lets_everything_through_without_limits) {
  open_gate({});

  call("a1");
  call("b1", 1e9);

  EXPECT_THAT(gone(), ElementsAre("a1", "b1"));
  EXPECT_EQ(state().running, 2);
  EXPECT_FALSE(state().has_request_limit);
}

TEST_F(Passing, keeps_to_requests_of_a_minute) {
  open_gate({.requests_per_minute = 60});

  for (const auto* name : {"a1", "a2", "a3"}) call(name);
  EXPECT_THAT(gone(), ElementsAre("a1"));
  EXPECT_EQ(state().waiting, 2);
  EXPECT_EQ(state().requests_left, 0);
  sleeping_.pass(milliseconds(990));
  EXPECT_THAT(gone(), IsEmpty());

  sleeping_.pass(milliseconds(20));
  EXPECT_THAT(gone(), ElementsAre("a2"));
  sleeping_.pass(seconds(1));
  EXPECT_THAT(gone(), ElementsAre("a3"));
  EXPECT_EQ(state().waiting, 0);
}

TEST_F(Passing, keeps_to_tokens_and_counts_what_was_really_taken) {
  open_gate({.tokens_per_minute = 6000});  // 100 a second, 1000 at once

  call("a1", 900);
  call("a2", 900);
  EXPECT_THAT(gone(), ElementsAre("a1"));
  call("a3", 900);
  passes_.at("a1").correct(100);
  sleeping_.settle();
  EXPECT_THAT(gone(), ElementsAre("a2"));
  sleeping_.pass(milliseconds(8990));
  EXPECT_THAT(gone(), IsEmpty());
  sleeping_.pass(milliseconds(20));
  EXPECT_THAT(gone(), ElementsAre("a3"));
}

TEST_F(Passing, lets_so_many_run_at_a_time) {
  open_gate({.concurrency_max = 2});
  for (const auto* name : {"a1", "a2", "a3", "a4"}) call(name);
  EXPECT_THAT(gone(), ElementsAre("a1", "a2"));

  leave("a2");
  EXPECT_THAT(gone(), ElementsAre("a3"));
  leave("a1");
  EXPECT_THAT(gone(), ElementsAre("a4"));
}

TEST_F(Passing, has_a_flood_delay_nobody_else) {
  open_gate({.concurrency_max = 1});
  for (int i = 0; i < 500; ++i) call("a" + std::to_string(i));
  EXPECT_THAT(gone(), ElementsAre("a0"));

  call("b1");
  leave("a0");
  auto first = gone();
  ASSERT_EQ(first.size(), 1U);
  leave(first.front());

  first.push_back(gone().front());
  EXPECT_THAT(first, ::testing::Contains("b1"));
}

TEST_F(Passing, gives_up_when_the_turn_does_not_come_in_time) {
  open_gate({.concurrency_max = 1}, {.queue_timeout = seconds(5)});
  call("a1");
  call("a2");
  EXPECT_THAT(gone(), ElementsAre("a1"));

  sleeping_.pass(seconds(5));

  EXPECT_THAT(gone(), ElementsAre("a2!rate_limited"));
  EXPECT_EQ(state().waiting, 0);
  leave("a1");
  EXPECT_EQ(state().running, 0);
}

TEST_F(Passing, ends_with_the_call_and_leaves_the_turn_to_the_next) {
  open_gate({.concurrency_max = 1});
  std::stop_source source;
  call("a1");
  call("a2", 1, {.cancellation = source.get_token()});
  call("a3");

  source.request_stop();
  sleeping_.settle();
  EXPECT_THAT(gone(), ElementsAre("a1", "a2!cancelled"));
  leave("a1");

  EXPECT_THAT(gone(), ElementsAre("a3"));
}

TEST_F(Passing, gives_back_a_turn_that_comes_with_the_cancellation) {
  open_gate({.concurrency_max = 1});
  std::stop_source source;
  call("a1");
  call("a2", 1, {.cancellation = source.get_token()});
  call("a3");
  EXPECT_THAT(gone(), ElementsAre("a1"));

  passes_.erase("a1");
  source.request_stop();
  sleeping_.settle();

  EXPECT_THAT(gone(), ElementsAre("a2!cancelled", "a3"));
}

TEST_F(Passing, bounds_how_many_wait) {
  open_gate({.concurrency_max = 1}, {.waiting_max = 3, .waiting_per_tenant_max = 2});
  for (const auto* name : {"a1", "a2", "a3", "a4", "b1", "c1"}) call(name);

  EXPECT_THAT(gone(), ElementsAre("a1", "a4!rate_limited", "c1!rate_limited"));
  EXPECT_EQ(state().waiting, 3);
}

TEST_F(Passing, holds_everybody_when_the_server_said_so) {
  open_gate({});

  gate_->hold(seconds(2));
  call("a1");
  call("b1");
  sleeping_.pass(milliseconds(1990));
  EXPECT_THAT(gone(), IsEmpty());
  sleeping_.pass(milliseconds(20));

  EXPECT_THAT(gone(), ElementsAre("a1", "b1"));
}

TEST_F(Passing, refuses_at_once_who_would_wait_in_vain) {
  open_gate({}, {.queue_timeout = seconds(5)});

  gate_->hold(seconds(7));
  call("a1");
  EXPECT_THAT(gone(), ElementsAre("a1!rate_limited"));
  sleeping_.pass(milliseconds(2500));
  call("a2");
  EXPECT_THAT(gone(), IsEmpty());
  sleeping_.pass(seconds(5));

  EXPECT_THAT(gone(), ElementsAre("a2"));
}

TEST_F(Passing, lets_a_call_above_the_burst_through_and_pays_it_back) {
  open_gate({.tokens_per_minute = 6000});

  call("a1", 3000);
  call("a2", 100);
  EXPECT_THAT(gone(), ElementsAre("a1"));
  sleeping_.pass(milliseconds(20900));
  EXPECT_THAT(gone(), IsEmpty());
  sleeping_.pass(milliseconds(200));

  EXPECT_THAT(gone(), ElementsAre("a2"));
}

}  // namespace
}  // namespace aiva::models
