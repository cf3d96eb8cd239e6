#include "foundation/flights.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "foundation/both.h"

namespace aiva {
namespace {

Task<Result<void>> succeed() { co_return Result<void>{}; }

Task<Result<void>> wait_for(std::shared_ptr<Flight> gate) {
  auto outcome = co_await gate->wait(nullptr);
  co_return outcome;
}

Task<Result<void>> break_after(std::shared_ptr<Flight> gate) {
  auto outcome = co_await gate->wait(nullptr);
  static_cast<void>(outcome);
  throw std::runtime_error("broken");
}

class FlightsOf : public testing::Test {
 protected:
  // Begins `count` calls for the work, which ends when the gate is opened.
  void begin(int count, const std::string& key, const Flights<std::string>::Work& work) {
    for (int i = 0; i < count; ++i)
      start(flights_.fly({}, key, work), [this](std::exception_ptr exception, auto outcome) {
        EXPECT_EQ(exception, nullptr);
        outcomes_.push_back(std::move(*outcome));
      });
  }

  Flights<std::string> flights_;
  std::shared_ptr<Flight> gate_ = std::make_shared<Flight>();
  std::vector<Result<void>> outcomes_;
  int worked_ = 0;
};

TEST_F(FlightsOf, do_the_work_once_for_all_who_want_it_meanwhile) {
  auto work = [this](CallContext) {
    ++worked_;
    return wait_for(gate_);
  };
  begin(5, "a", work);
  begin(1, "b", work);
  EXPECT_EQ(worked_, 2);
  EXPECT_TRUE(outcomes_.empty());

  gate_->land(fail(ErrorCode::unavailable, "Down"));

  ASSERT_EQ(outcomes_.size(), 6U);
  for (const auto& outcome : outcomes_) EXPECT_EQ(outcome.error().message, "Down");
  auto again = [this](CallContext) {
    ++worked_;
    return succeed();
  };
  EXPECT_TRUE(sync_wait(flights_.fly({}, "a", again)).has_value());
  EXPECT_EQ(worked_, 3);
}

TEST_F(FlightsOf, tell_everybody_of_an_exception) {
  begin(3, "a", [this](CallContext) { return break_after(gate_); });

  gate_->land({});

  ASSERT_EQ(outcomes_.size(), 3U);
  for (const auto& outcome : outcomes_) {
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().code, ErrorCode::internal);
  }
  auto thrown = [](CallContext) -> Task<Result<void>> { throw std::runtime_error("broken"); };
  auto outcome = sync_wait(flights_.fly({}, "a", thrown));
  EXPECT_EQ(outcome.error().code, ErrorCode::internal);
  EXPECT_TRUE(sync_wait(flights_.fly({}, "a", [](CallContext) { return succeed(); })).has_value());
}

TEST_F(FlightsOf, go_on_when_the_first_caller_has_no_time) {
  std::stop_source stop;
  stop.request_stop();
  CallContext context{.deadline = std::chrono::steady_clock::now(),
                      .cancellation = stop.get_token()};
  auto work = [](CallContext patient) -> Task<Result<void>> {
    EXPECT_TRUE(patient.check().has_value());
    return succeed();
  };

  EXPECT_TRUE(sync_wait(flights_.fly(context, "a", work)).has_value());
}

}  // namespace
}  // namespace aiva
