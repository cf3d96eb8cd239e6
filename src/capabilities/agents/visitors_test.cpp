#include "capabilities/agents/visitors.h"

#include <gtest/gtest.h>

#include "foundation/crypto.h"
#include "ports/testing/manual_clock.h"
#include "ports/testing/map_cache.h"

namespace aiva::agents {
namespace {

class VisitorsOf : public ::testing::Test {
 protected:
  VisitorSession session() const {
    return {.agent = agent_,
            .tenant = TenantId::make(),
            .session = ChatSessionId::make(),
            .visitor = "somebody",
            .origin = origin_};
  }
  Result<void> say(const VisitorSession& who, const std::string& address = "192.0.2.1") {
    return sync_wait(visitors_.count_message({}, limits_, who, address));
  }

  ManualClock clock_;
  MapCache cache_{clock_};
  Visitors visitors_{std::string(32, 'k'), cache_, clock_};
  AgentId agent_ = AgentId::make();
  std::string origin_ = "https://aiva.example";
  WidgetSettings limits_{.visitor_messages_per_minute_max = 2,
                         .visitor_messages_per_day_max = 3,
                         .messages_per_minute_max = 30};
};

TEST_F(VisitorsOf, hold_a_token_for_one_agent_and_origin_and_time) {
  auto given = session();
  auto token = visitors_.issue(given).text;

  auto opened = visitors_.open(token, agent_, origin_);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->session, given.session);
  EXPECT_EQ(opened->tenant, given.tenant);
  EXPECT_EQ(opened->visitor, "somebody");
  EXPECT_FALSE(visitors_.open(token, AgentId::make(), origin_).has_value());
  EXPECT_FALSE(visitors_.open(token, agent_, "https://evil.example").has_value());

  clock_.advance(std::chrono::minutes(60));
  EXPECT_FALSE(visitors_.open(token, agent_, origin_).has_value());
  EXPECT_TRUE(visitors_.reopen(token, agent_, origin_).has_value());
  clock_.advance(std::chrono::hours(24));
  EXPECT_FALSE(visitors_.reopen(token, agent_, origin_).has_value());
}

TEST_F(VisitorsOf, cannot_make_or_change_a_token) {
  auto token = visitors_.issue(session()).text;
  Visitors elsewhere(std::string(32, 'x'), cache_, clock_);
  auto dot = token.find('.');
  auto payload = from_base64url(token.substr(0, dot)).value();
  payload.replace(payload.find("somebody"), 8, "somehack");

  EXPECT_EQ(visitors_.open(token, agent_, origin_)->visitor, "somebody");
  for (const auto& bad : {std::string(), std::string("."), token.substr(0, dot), token + "x",
                          to_base64url(payload) + token.substr(dot),
                          elsewhere.issue(session()).text, std::string(5000, 'a')}) {
    auto opened = visitors_.open(bad, agent_, origin_);
    ASSERT_FALSE(opened.has_value()) << bad;
    EXPECT_EQ(opened.error().code, ErrorCode::unauthenticated);
  }
}

TEST_F(VisitorsOf, say_so_much_a_minute_and_a_day) {
  auto who = session();
  EXPECT_TRUE(say(who).has_value());
  EXPECT_TRUE(say(who).has_value());
  auto third = say(who);
  ASSERT_FALSE(third.has_value());
  EXPECT_EQ(third.error().code, ErrorCode::rate_limited);
  EXPECT_EQ(third.error().retry_after_s, 60);

  clock_.advance(std::chrono::minutes(1));
  EXPECT_TRUE(say(who).has_value());
  EXPECT_FALSE(say(who).has_value());
  clock_.advance(std::chrono::hours(24));
  EXPECT_TRUE(say(who).has_value());
}

TEST_F(VisitorsOf, are_limited_by_their_address_and_all_together) {
  auto say_as_new = [this](int number, const std::string& address) {
    auto who = session();
    who.visitor = "v" + std::to_string(number);
    return say(who, address).has_value();
  };
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(say_as_new(i, "192.0.2.1")) << i;
  EXPECT_FALSE(say_as_new(20, "192.0.2.1"));
  for (int i = 21; i < 31; ++i) EXPECT_TRUE(say_as_new(i, "192.0.2.2")) << i;
  EXPECT_FALSE(say_as_new(31, "192.0.2.2"));  // thirty of all
}

TEST_F(VisitorsOf, call_so_often_an_hour) {
  limits_.visitor_calls_per_hour_max = 2;
  auto call = [this](const std::string& address) {
    return sync_wait(visitors_.count_call({}, agent_, limits_, address));
  };
  EXPECT_TRUE(call("192.0.2.1").has_value());
  EXPECT_TRUE(call("192.0.2.1").has_value());
  auto third = call("192.0.2.1");
  ASSERT_FALSE(third.has_value());
  EXPECT_EQ(third.error().retry_after_s, 3600);
  EXPECT_TRUE(call("192.0.2.2").has_value());

  clock_.advance(std::chrono::hours(1));
  EXPECT_TRUE(call("192.0.2.1").has_value());
}

TEST_F(VisitorsOf, have_a_name_that_does_not_tell_their_address) {
  Visitors elsewhere(std::string(32, 'x'), cache_, clock_);
  auto name = visitors_.name_of("192.0.2.1");

  EXPECT_TRUE(name.starts_with("web-"));
  EXPECT_EQ(name.size(), 16U);
  EXPECT_EQ(name, visitors_.name_of("192.0.2.1"));
  EXPECT_NE(name, visitors_.name_of("192.0.2.2"));
  EXPECT_NE(name, elsewhere.name_of("192.0.2.1"));
}

}  // namespace
}  // namespace aiva::agents
