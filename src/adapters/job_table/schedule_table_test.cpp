#include "adapters/job_table/schedule_table.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "adapters/test_database/test_database.h"
#include "ports/testing/manual_clock.h"

namespace aiva {
namespace {

using std::chrono::seconds;

// Two processes on one database.
class Schedules : public ::testing::Test {
 protected:
  std::optional<ScheduleTurn> take(ScheduleLeases& leases, const std::string& holder) {
    auto taken = sync_wait(leases.take({}, "sweep", holder, seconds(30)));
    EXPECT_TRUE(taken.has_value());
    return taken ? *taken : std::nullopt;
  }
  // The code of how it failed, or nothing.
  static std::optional<ErrorCode> code_of(const Result<void>& outcome) {
    return outcome ? std::nullopt : std::optional(outcome.error().code);
  }

  TestDatabase rows_;
  ManualClock clock_;
  std::unique_ptr<ScheduleLeases> first_ = make_schedule_table(*rows_, clock_);
  std::unique_ptr<ScheduleLeases> second_ = make_schedule_table(*rows_, clock_);
};

TEST_F(Schedules, have_one_holder_at_a_time) {
  auto mine = take(*first_, "a");
  auto others = take(*second_, "b");

  ASSERT_TRUE(mine.has_value());
  EXPECT_EQ(mine->generation, 1);
  EXPECT_FALSE(others.has_value());
}

TEST_F(Schedules, are_due_again_after_a_while_for_whoever_comes_first) {
  auto mine = take(*first_, "a");
  ASSERT_TRUE(mine.has_value());
  EXPECT_EQ(code_of(sync_wait(first_->finish({}, *mine, seconds(60)))), std::nullopt);

  auto too_early = take(*second_, "b");
  clock_.advance(seconds(60));
  auto in_time = take(*second_, "b");

  EXPECT_FALSE(too_early.has_value());
  ASSERT_TRUE(in_time.has_value());
  EXPECT_EQ(in_time->generation, 2);
}

TEST_F(Schedules, are_taken_over_from_one_that_died) {
  auto dead = take(*first_, "a");
  ASSERT_TRUE(dead.has_value());
  clock_.advance(seconds(30));

  auto next = take(*second_, "b");

  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(code_of(sync_wait(first_->prolong({}, *dead, seconds(30)))), ErrorCode::conflict);
  EXPECT_EQ(code_of(sync_wait(first_->finish({}, *dead, seconds(60)))), ErrorCode::conflict);
  EXPECT_EQ(code_of(sync_wait(second_->finish({}, *next, seconds(60)))), std::nullopt);
}

TEST_F(Schedules, stay_with_one_that_prolongs) {
  auto mine = take(*first_, "a");
  ASSERT_TRUE(mine.has_value());
  clock_.advance(seconds(20));
  EXPECT_EQ(code_of(sync_wait(first_->prolong({}, *mine, seconds(30)))), std::nullopt);
  clock_.advance(seconds(20));

  EXPECT_FALSE(take(*second_, "b").has_value());
}

TEST_F(Schedules, are_given_to_one_of_many_who_race) {
  std::atomic<int> taken = 0;
  std::vector<std::thread> racers;
  for (int i = 0; i < 8; ++i)
    racers.emplace_back([&, i] {
      auto& leases = i % 2 == 0 ? *first_ : *second_;
      if (take(leases, std::to_string(i))) ++taken;
    });
  for (auto& racer : racers) racer.join();

  EXPECT_EQ(taken, 1);
}

}  // namespace
}  // namespace aiva
