#include "capabilities/models/internal/shared_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "capabilities/models/internal/gate.h"
#include "ports/testing/manual_pause.h"
#include "ports/testing/map_allowances.h"

namespace aiva::models {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The gates of one key on two processes.
class SharedBudgetTest : public ::testing::Test {
 protected:
  void open_gates(KeyLimits limits, milliseconds queue_timeout = seconds(30)) {
    GateOptions options{.limits = limits,
                        .queue_timeout = queue_timeout,
                        .shared = &allowances_,
                        .shared_name = "model:openai:server"};
    here_.emplace(options, clock_, pause_);
    there_.emplace(options, clock_, pause_);
  }
  // A call whose name is in gone() once it went, with the code when it failed.
  void call(Gate& gate, const std::string& name, double tokens = 1) {
    CallContext context{.tenant = tenant_};
    start(gate.enter(context, tokens, 1),
          [this, name](std::exception_ptr, std::optional<Result<Gate::Pass>> pass) {
            gone_.push_back(*pass ? name : name + "!" + std::string(to_string(pass->error().code)));
            if (*pass) passes_.push_back(std::move(**pass));
          });
  }
  std::vector<std::string> gone() { return std::exchange(gone_, {}); }
  void TearDown() override {
    passes_.clear();
    here_.reset();
    there_.reset();
    sleeping_.pass(seconds(60));
    EXPECT_EQ(sleeping_.sleepers(), 0U);
  }

  ManualClock clock_;
  ManualPause sleeping_{clock_};
  Pause pause_ = sleeping_.pause();
  MapAllowances allowances_{clock_};
  std::optional<Gate> here_;
  std::optional<Gate> there_;
  std::vector<Gate::Pass> passes_;

 private:
  TenantId tenant_ = TenantId::make();
  std::vector<std::string> gone_;
};

TEST_F(SharedBudgetTest, has_two_processes_make_no_more_requests_than_one_may) {
  open_gates({.requests_per_minute = 60});

  for (const auto* name : {"a1", "a2", "a3"}) call(*here_, name);
  for (const auto* name : {"b1", "b2", "b3"}) call(*there_, name);
  EXPECT_THAT(gone(), ElementsAre("a1"));
  std::size_t went = 1;
  for (int second = 1; second <= 5; ++second) {
    sleeping_.pass(milliseconds(1005));
    auto more = gone().size();
    EXPECT_LE(more, 1U) << "in second " << second;
    went += more;
  }

  EXPECT_GE(went, 5U);
  sleeping_.pass(seconds(5));
  EXPECT_EQ(went + gone().size(), 6U);
}

TEST_F(SharedBudgetTest, counts_the_tokens_that_were_really_taken) {
  open_gates({.tokens_per_minute = 6000});  // 100 a second, 1000 at once

  call(*here_, "a1", 900);
  EXPECT_THAT(gone(), ElementsAre("a1"));
  passes_.front().correct(100);
  call(*here_, "a2", 800);
  EXPECT_THAT(gone(), ElementsAre("a2"));
  call(*there_, "b1", 900);
  EXPECT_THAT(gone(), IsEmpty());
  sleeping_.pass(milliseconds(7'900));
  EXPECT_THAT(gone(), IsEmpty());
  sleeping_.pass(milliseconds(200));
  EXPECT_THAT(gone(), ElementsAre("b1"));
}

TEST_F(SharedBudgetTest, refuses_who_would_wait_for_longer_than_the_queue_lasts) {
  open_gates({.requests_per_minute = 6}, seconds(5));

  call(*here_, "a1");
  call(*there_, "b1");

  EXPECT_THAT(gone(), ElementsAre("a1", "b1!rate_limited"));
}

TEST_F(SharedBudgetTest, leaves_each_process_to_its_own_limits_while_nothing_is_shared) {
  open_gates({.requests_per_minute = 60});
  allowances_.is_broken = true;

  for (const auto* name : {"a1", "a2"}) call(*here_, name);
  call(*there_, "b1");

  EXPECT_THAT(gone(), ElementsAre("a1", "b1"));
  sleeping_.pass(milliseconds(1010));
  EXPECT_THAT(gone(), ElementsAre("a2"));
}

}  // namespace
}  // namespace aiva::models
