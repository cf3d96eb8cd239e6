#include "capabilities/voice/visitor_calls.h"

#include "capabilities/voice/testing/calls_fixture.h"

namespace aiva::voice {
namespace {

class VisitorCallsOf : public CallsFixture {
 protected:
  void SetUp() override {
    CallsFixture::SetUp();
    visitors_ = make_visitor_calls(*database, *log_, clock);
  }
  Result<Call> call(std::string who) {
    return sync_wait(visitors_->announce(
        context(),
        {.agent = agents_.agent.id, .caller_id = std::move(who), .origin = "https://shop.example"},
        limits_));
  }
  void begin(const Result<Call>& call) {
    ASSERT_TRUE(call.has_value());
    ASSERT_TRUE(sync_wait(log_->begin(context(), call->id, {})).has_value());
  }

  VisitorCallLimits limits_{.visitor_at_once_max = 1, .at_once_max = 2, .minutes_per_day_max = 2};
  std::unique_ptr<VisitorCalls> visitors_;
};

TEST_F(VisitorCallsOf, are_written_down_as_calls_of_a_browser) {
  auto made = call("web-1");

  ASSERT_TRUE(made.has_value());
  auto row = stored(made->id);
  EXPECT_EQ(row.provider, "browser");
  EXPECT_EQ(row.caller_id, "web-1");
  EXPECT_EQ(row.status, "announced");
  EXPECT_TRUE(row.metadata.contains("https://shop.example"));
}

TEST_F(VisitorCallsOf, are_as_many_at_once_as_the_agent_allows) {
  begin(call("web-1"));

  EXPECT_EQ(failure_of(call("web-1")), ErrorCode::rate_limited);
  auto second = call("web-2");
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(failure_of(call("web-3")), ErrorCode::rate_limited);  // it was announced

  clock.advance(std::chrono::seconds(61));  // nobody came for it
  EXPECT_TRUE(call("web-3").has_value());
}

TEST_F(VisitorCallsOf, may_go_on_when_one_has_ended) {
  auto first = call("web-1");
  begin(first);
  ASSERT_TRUE(finish(first->id, 30'000).has_value());

  EXPECT_TRUE(call("web-1").has_value());
}

TEST_F(VisitorCallsOf, have_so_many_minutes_a_day) {
  auto first = call("web-1");
  begin(first);
  clock.advance(std::chrono::seconds(121));
  EXPECT_EQ(failure_of(call("web-2")), ErrorCode::rate_limited);  // those of a call that goes on
  ASSERT_TRUE(finish(first->id, 121'000).has_value());
  EXPECT_EQ(failure_of(call("web-2")), ErrorCode::rate_limited);

  clock.advance(std::chrono::hours(24));
  EXPECT_TRUE(call("web-2").has_value());
}

TEST_F(VisitorCallsOf, do_not_count_calls_of_others) {
  begun();
  begun();

  EXPECT_TRUE(call("web-1").has_value());
}

}  // namespace
}  // namespace aiva::voice
