#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/voice/testing/running_call_fixture.h"

namespace aiva::voice {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using Kind = Steering::Kind;

// Nobody; says which conversations agents got back.
class AbsentPeople final : public chat::People {
 public:
  std::vector<ChatSessionId> given_back{};

  Task<Result<chat::Session>> give_back(CallContext, ChatSessionId session) override {
    given_back.push_back(session);
    co_return chat::Session{.id = session};
  }
  Task<Result<chat::Session>> ask_for_person(CallContext, ChatSessionId, std::string,
                                             std::string) override {
    co_return unused();
  }
  Task<Result<knowledge::PageOf<chat::InboxEntry>>> inbox(CallContext, chat::InboxFilter) override {
    co_return unused();
  }
  Task<Result<chat::Session>> claim(CallContext, ChatSessionId) override { co_return unused(); }
  Task<Result<chat::Message>> reply(CallContext, ChatSessionId, std::string) override {
    co_return unused();
  }
  Task<Result<chat::Feedback>> rate(CallContext, ChatSessionId, MessageId, int,
                                    std::string) override {
    co_return unused();
  }
  Task<Result<void>> withdraw_rating(CallContext, ChatSessionId, MessageId) override {
    co_return unused();
  }
  Task<Result<chat::FeedbackReport>> feedback(CallContext, chat::FeedbackFilter) override {
    co_return unused();
  }

 private:
  static std::unexpected<Error> unused() {
    return fail(ErrorCode::internal, "Calls do not use this");
  }
};

class CallSteeringTest : public RunningCallTest {
 protected:
  CallSteeringTest() { control_ = std::make_shared<ScriptedControl>(); }

  // Begins it; its outcome is there when its time has passed.
  void steer(Kind kind, std::string text = {}) {
    outcome_.reset();
    start(call_->steer({.kind = kind, .text = std::move(text)}),
          [this](std::exception_ptr, std::optional<Result<DialEnd>> outcome) {
            outcome_ = std::move(outcome);
          });
  }
  std::optional<DialEnd> ended() const {
    if (!outcome_ || !*outcome_) return std::nullopt;
    return **outcome_;
  }
  std::optional<ErrorCode> failure() const {
    if (!outcome_ || *outcome_) return std::nullopt;
    return outcome_->error().code;
  }

  std::optional<Result<DialEnd>> outcome_{};
};

TEST_F(CallSteeringTest, refuses_what_a_leg_without_control_cannot_do) {
  control_ = nullptr;
  begin();
  steer(Kind::transfer, "200");
  EXPECT_EQ(failure(), ErrorCode::conflict);
}

TEST_F(CallSteeringTest, sends_digits_and_writes_down_how_many) {
  begin();
  wait(600);
  steer(Kind::digits, "1234");

  EXPECT_THAT(control_->done, ElementsAre("digits 1234"));
  EXPECT_EQ(lines().back(), "system: 4 digits were sent");
}

TEST_F(CallSteeringTest, tells_why_something_could_not_be_done) {
  control_->failure = Error{.code = ErrorCode::invalid, .message = "No such target"};
  begin();
  wait(600);
  steer(Kind::transfer, "nowhere");

  EXPECT_EQ(failure(), ErrorCode::invalid);
  EXPECT_FALSE(call_->is_over());
  EXPECT_THAT(lines(), ElementsAre("agent: Hello there."));
}

TEST_F(CallSteeringTest, transfers_at_once) {
  begin();
  wait(600);
  steer(Kind::transfer, "200");

  EXPECT_EQ(ended(), DialEnd::answered);
  EXPECT_EQ(leg_->end, CallEnd::transferred);
  EXPECT_EQ(control_->ended, CallEnd::transferred);
  EXPECT_EQ(lines().back(), "system: The caller was transferred to 200");
}

TEST_F(CallSteeringTest, hears_and_says_nothing_while_the_caller_is_held) {
  begin();
  wait(600);
  steer(Kind::hold);
  speak(1'000);
  without_audio(100'000);
  EXPECT_THAT(chat_.questions, IsEmpty());
  EXPECT_FALSE(call_->is_over());
  steer(Kind::hold);
  EXPECT_EQ(failure(), ErrorCode::conflict);

  steer(Kind::unhold);
  speak(1'000);
  wait(2'000);
  EXPECT_THAT(control_->done, ElementsAre("hold", "unhold"));
  EXPECT_THAT(chat_.questions, ElementsAre("How long is the warranty?"));
  EXPECT_THAT(lines(), Not(Contains("agent: Are you still there?")));
}

TEST_F(CallSteeringTest, tells_whoever_answers_before_the_caller_is_connected) {
  begin();
  wait(600);
  steer(Kind::consult, "200");
  EXPECT_THAT(control_->done, ElementsAre("consult 200"));
  steer(Kind::digits, "1");
  EXPECT_EQ(failure(), ErrorCode::conflict);
  wait(3'000);

  EXPECT_THAT(control_->done, ElementsAre("consult 200", "connect"));
  EXPECT_THAT(synthesizer_.said, Contains(testing::HasSubstr("caller on the line for you")));
  EXPECT_EQ(leg_->end, CallEnd::transferred);
}

TEST_F(CallSteeringTest, says_that_nobody_is_there_and_goes_on) {
  control_->consulted = DialEnd::busy;
  begin();
  wait(600);
  steer(Kind::consult, "200");
  EXPECT_EQ(ended(), DialEnd::busy);
  wait(3'000);
  EXPECT_THAT(control_->done, ElementsAre("consult 200", "resume"));
  EXPECT_THAT(lines(), Contains("system: 200 is busy"));
  EXPECT_THAT(lines().back(), testing::StartsWith("agent: I am sorry, nobody"));

  speak(1'000);
  wait(3'000);
  EXPECT_THAT(chat_.questions, ElementsAre("How long is the warranty?"));
}

TEST_F(CallSteeringTest, takes_the_caller_back_from_somebody_who_hung_up_meanwhile) {
  control_->is_connectable = false;
  begin();
  wait(600);
  steer(Kind::consult, "200");
  wait(4'000);

  EXPECT_EQ(failure(), ErrorCode::conflict);
  EXPECT_THAT(control_->done, ElementsAre("consult 200", "resume"));
  EXPECT_FALSE(call_->is_over());
}

TEST_F(CallSteeringTest, gives_up_when_the_caller_hangs_up) {
  begin();
  wait(600);
  steer(Kind::consult, "200");
  wait(200);
  call_->end(CallEnd::caller_hung_up);
  wait(200);

  EXPECT_EQ(failure(), ErrorCode::conflict);
  EXPECT_EQ(control_->ended, CallEnd::caller_hung_up);
  EXPECT_EQ(over_, 1);
}

TEST_F(CallSteeringTest, transfers_for_an_agent_after_the_last_word) {
  chat_.decision = {.wants_transfer = true, .transfer_queue = "sales"};
  begin();
  wait(600);
  speak(1'000);
  wait(4'000);

  EXPECT_THAT(control_->done, ElementsAre("transfer sales"));
  EXPECT_EQ(leg_->end, CallEnd::transferred);
  EXPECT_TRUE(leg_->played.ends_with("ssss"));
}

TEST_F(CallSteeringTest, asks_first_where_the_telephone_system_is_told_to) {
  control_->consults_first = true;
  control_->consulted = DialEnd::no_answer;
  chat_.decision = {.wants_transfer = true, .transfer_queue = "sales"};
  begin();
  wait(600);
  speak(1'000);
  wait(8'000);

  EXPECT_THAT(control_->done, ElementsAre("consult sales", "resume"));
  EXPECT_FALSE(call_->is_over());
  EXPECT_THAT(lines().back(), testing::StartsWith("agent: I am sorry, nobody"));
}

TEST_F(CallSteeringTest, an_agent_whose_transfer_fails_says_so) {
  AbsentPeople people;
  people_ = &people;
  control_->failure = Error{.code = ErrorCode::invalid, .message = "No such target"};
  chat_.decision = {.wants_transfer = true, .transfer_queue = "sales"};
  begin();
  wait(600);
  speak(1'000);
  wait(8'000);

  EXPECT_FALSE(call_->is_over());
  EXPECT_THAT(people.given_back, ElementsAre(session_));
  EXPECT_THAT(lines(), Contains("system: The transfer to sales failed"));
  EXPECT_THAT(lines().back(), testing::StartsWith("agent: I am sorry, nobody"));
}

}  // namespace
}  // namespace aiva::voice
