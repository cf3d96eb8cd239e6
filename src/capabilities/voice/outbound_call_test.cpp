#include <gmock/gmock.h>

#include <cmath>
#include <memory>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "capabilities/chat/call_facts.h"
#include "capabilities/voice/internal/answer_guard.h"
#include "capabilities/voice/internal/cascade.h"
#include "capabilities/voice/internal/outbound.h"
#include "capabilities/voice/internal/realtime_brain.h"
#include "capabilities/voice/internal/running_call.h"
#include "capabilities/voice/testing/scripted_chat.h"
#include "capabilities/voice/testing/scripted_realtime.h"
#include "capabilities/voice/testing/voice_fakes.h"

namespace aiva::voice {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A call of ours whose time passes frame by frame, as the test says.
class OutboundCallTest : public testing::Test {
 protected:
  OutboundCallTest() {
    agent_->settings.greeting = "Hello there.";
    recognizer_.words = {"Hello?", "How long is the warranty?"};
  }

  void begin(MachineRule rule) {
    begin(std::move(rule), [this](CallHost& host) -> std::shared_ptr<Brain> {
      return std::make_shared<Cascade>(host, voices(), context_, agent_, ChatSessionId::make(),
                                       leg_->format(), detectors_.make());
    });
  }
  // The call is led by a provider's model.
  void begin_with_model(MachineRule rule) {
    begin(std::move(rule), [this](CallHost& host) -> std::shared_ptr<Brain> {
      return std::make_shared<RealtimeBrain>(host, RealtimeParts{model_, tools_}, context_, agent_,
                                             ChatSessionId::make(), leg_->format());
    });
  }
  void begin(MachineRule rule, AnswerGuard::MakeBrain make) {
    call_ = std::make_shared<RunningCall>(context_, Call{.id = CallId::make()}, "en", leg_, log_,
                                          meters_, limits_, now_, [](CallId) {});
    call_->begin(std::make_shared<AnswerGuard>(
        *call_, AnswerGuard::Parts{std::move(rule), voices(), detectors_, std::move(make)},
        context_, agent_, ChatSessionId::make(), leg_->format()));
  }
  CascadeParts voices() { return {chat_, recognizer_, synthesizer_}; }
  void model_says(RealtimeEvent event) {
    model_.sessions.back()->say(std::move(event));
    home_.run();
  }

  template <class Sample>
  void pass(int ms, Sample sample) {
    for (int passed = 0; passed < ms; passed += frame_ms) {
      std::vector<std::int16_t> samples(160);
      for (auto& one : samples) one = static_cast<std::int16_t>(sample());
      now_ += std::chrono::milliseconds(frame_ms);
      call_->hear(to_bytes(samples));
      call_->beat(now_);
      home_.run();
    }
  }
  static std::string to_bytes(const std::vector<std::int16_t>& samples) {
    std::string bytes;
    for (auto sample : samples) {
      bytes += static_cast<char>(sample & 0xFF);
      bytes += static_cast<char>(sample >> 8);
    }
    return bytes;
  }
  void speak(int ms) {
    pass(ms, [this] { return voice_(random_); });
  }
  void wait(int ms) {
    pass(ms, [] { return 0; });
  }
  void beep(int ms) {
    int at = 0;
    pass(ms, [&at] { return 8000 * std::sin(2 * std::numbers::pi * 1000 * at++ / 8000); });
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> texts;
    for (const auto& line : log_.lines) texts.push_back(line.speaker + ": " + line.text);
    return texts;
  }
  std::string answered_by() const { return log_.outcome ? log_.outcome->answered_by : "none yet"; }

  std::mt19937 random_{7};
  std::normal_distribution<double> voice_{0, 4000};
  QueueExecutor home_;
  CallContext context_{.home = &home_};
  Metrics metrics_;
  CallMeters meters_{metrics_};
  CallLimits limits_{};
  LoudnessDetectors detectors_;
  ScriptedRecognizer recognizer_;
  ToneSynthesizer synthesizer_;
  ScriptedChat chat_;
  ScriptedRealtimeModel model_;
  ScriptedCallTools tools_;
  MemoryCallLog log_;
  std::shared_ptr<agents::ActiveAgent> agent_ = std::make_shared<agents::ActiveAgent>();
  std::shared_ptr<RecordingLeg> leg_ = std::make_shared<RecordingLeg>();
  Instant now_{};
  std::shared_ptr<RunningCall> call_;
};

TEST_F(OutboundCallTest, greets_a_person_as_soon_as_they_have_said_hello) {
  begin({.action = "hang_up"});
  wait(400);
  speak(500);
  EXPECT_FALSE(leg_->played.contains('v'));
  wait(900);
  EXPECT_TRUE(leg_->played.contains('v'));
  wait(1'000);
  speak(1'000);
  wait(3'000);
  call_->end(CallEnd::caller_hung_up);

  EXPECT_THAT(lines(), ElementsAre("customer: Hello?", "agent: Hello there.",
                                   "customer: How long is the warranty?",
                                   "agent: It is two years. Anything else?"));
  EXPECT_THAT(chat_.questions, ElementsAre("How long is the warranty?"));
  EXPECT_EQ(answered_by(), "human");
}

TEST_F(OutboundCallTest, greets_whoever_says_nothing_after_a_second_and_a_half) {
  begin({.action = "hang_up"});
  wait(1'400);
  EXPECT_FALSE(leg_->played.contains('v'));
  wait(300);
  EXPECT_TRUE(leg_->played.contains('v'));
  call_->end(CallEnd::caller_hung_up);

  EXPECT_EQ(answered_by(), "uncertain");
}

TEST_F(OutboundCallTest, hangs_up_on_a_machine_without_a_word) {
  begin({.action = "hang_up"});
  wait(300);
  speak(4'500);

  EXPECT_EQ(leg_->end, CallEnd::agent_hung_up);
  EXPECT_FALSE(leg_->played.contains('v'));
  EXPECT_EQ(answered_by(), "machine_voicemail");
}

TEST_F(OutboundCallTest, leaves_its_message_after_the_beep_however_long_it_is) {
  std::string message(2'500, 'a');  // 25 s, longer than an ending may take
  recognizer_.words = {"Please leave a message after the tone."};
  begin({.action = "leave_message", .message = message});
  speak(6'000);
  wait(400);
  beep(400);
  EXPECT_FALSE(leg_->played.contains('v'));
  wait(400);
  EXPECT_TRUE(leg_->played.contains('v'));
  wait(24'000);
  EXPECT_FALSE(leg_->end);
  wait(2'000);

  EXPECT_EQ(leg_->end, CallEnd::agent_hung_up);
  EXPECT_THAT(lines(),
              ElementsAre("customer: Please leave a message after the tone.", "agent: " + message));
  EXPECT_EQ(answered_by(), "machine_voicemail");
}

TEST_F(OutboundCallTest, says_its_message_again_when_the_beep_comes_late) {
  recognizer_.words = {"Please leave a message."};
  begin({.action = "leave_message", .message = std::string(400, 'a')});
  speak(3'500);
  wait(3'000);
  EXPECT_TRUE(leg_->played.ends_with("vv"));
  beep(400);
  wait(4'100);
  EXPECT_FALSE(leg_->end);
  wait(1'000);

  EXPECT_EQ(leg_->end, CallEnd::agent_hung_up);
  EXPECT_EQ(lines().back(), "agent: " + std::string(400, 'a'));
}

TEST_F(OutboundCallTest, leaves_no_message_where_none_is_taken) {
  recognizer_.words = {"For sales, press one."};
  begin({.action = "leave_message", .message = "Call us back."});
  speak(4'500);
  wait(500);

  EXPECT_EQ(leg_->end, CallEnd::agent_hung_up);
  EXPECT_FALSE(leg_->played.contains('v'));
  EXPECT_EQ(answered_by(), "machine_ivr");
}

TEST_F(OutboundCallTest, speaks_to_a_machine_where_that_is_wanted) {
  begin({.action = "continue"});
  speak(4'000);
  wait(2'000);

  EXPECT_FALSE(leg_->end);
  EXPECT_TRUE(leg_->played.contains('v'));
}

TEST_F(OutboundCallTest, falls_silent_when_a_person_turns_out_to_be_a_machine) {
  recognizer_.words = {"Ada Lovelace."};
  agent_->settings.greeting = "Hello there, this is the shop, and we have news of your order.";
  begin({.action = "leave_message", .message = "Call us back."});
  wait(300);
  speak(600);
  wait(1'200);
  EXPECT_TRUE(leg_->played.ends_with("vv"));
  beep(500);
  wait(300);
  wait(4'000);

  EXPECT_EQ(leg_->end, CallEnd::agent_hung_up);
  EXPECT_EQ(lines().back(), "agent: Call us back.");
  EXPECT_EQ(answered_by(), "machine_voicemail");
}

TEST_F(OutboundCallTest, falls_silent_when_words_show_a_machine_after_the_greeting) {
  recognizer_.words = {"Ada Lovelace.", "Please leave a message after the tone."};
  begin({.action = "hang_up"});
  wait(300);
  speak(600);
  wait(3'000);
  EXPECT_EQ(answered_by(), "none yet");
  speak(1'500);
  wait(3'000);

  EXPECT_EQ(leg_->end, CallEnd::agent_hung_up);
  EXPECT_EQ(answered_by(), "machine_voicemail");
}

TEST_F(OutboundCallTest, says_what_it_is_told_to_before_it_greets) {
  agent_->settings.greeting = "Hello there.";
  begin({.action = "hang_up"});
  wait(200);
  auto seat = call_->next_seat();
  call_->say(seat, "One moment, please.");
  wait(1'000);
  speak(500);
  wait(3'000);
  call_->end(CallEnd::caller_hung_up);

  EXPECT_THAT(lines(),
              ElementsAre("agent: One moment, please.", "customer: Hello?", "agent: Hello there."));
}

TEST_F(OutboundCallTest, opens_no_line_to_a_model_for_a_machine) {
  begin_with_model({.action = "hang_up"});
  wait(300);
  speak(4'500);

  EXPECT_EQ(model_.attempts, 0);
  EXPECT_EQ(leg_->end, CallEnd::agent_hung_up);
  EXPECT_EQ(answered_by(), "machine_voicemail");
}

TEST_F(OutboundCallTest, lets_a_model_greet_a_person_who_has_answered) {
  begin_with_model({.action = "hang_up"});
  wait(400);
  speak(500);
  EXPECT_EQ(model_.attempts, 0);
  wait(1'000);
  ASSERT_EQ(model_.sessions.size(), 1U);
  EXPECT_THAT(model_.sessions.back()->told, testing::Contains(HasSubstr("Hello there.")));
  model_says({.kind = RealtimeEvent::Kind::answer_began, .answer = "a"});
  model_says({.kind = RealtimeEvent::Kind::words, .answer = "a", .item = "i", .text = "Hello."});
  model_says({.kind = RealtimeEvent::Kind::audio,
              .answer = "a",
              .item = "i",
              .bytes = std::string(4'000, '\x10')});
  model_says({.kind = RealtimeEvent::Kind::answer_ended, .answer = "a"});
  wait(1'500);
  EXPECT_GT(model_.sessions.back()->heard_bytes, 0U);
  call_->end(CallEnd::caller_hung_up);

  EXPECT_THAT(lines(), ElementsAre("customer: Hello?", "agent: Hello."));
  EXPECT_EQ(answered_by(), "human");
}

TEST_F(OutboundCallTest, leaves_a_message_word_by_word_where_a_model_leads) {
  recognizer_.words = {"Please leave a message after the tone."};
  begin_with_model({.action = "leave_message", .message = "Call us back."});
  speak(4'000);
  wait(400);
  beep(400);
  wait(4'000);

  EXPECT_EQ(model_.attempts, 0);
  EXPECT_THAT(synthesizer_.said, ElementsAre("Call us back."));
  EXPECT_EQ(leg_->end, CallEnd::agent_hung_up);
  EXPECT_EQ(lines().back(), "agent: Call us back.");
}

TEST_F(OutboundCallTest, takes_the_line_from_a_model_whose_person_is_a_machine) {
  recognizer_.words = {"Ada Lovelace."};
  begin_with_model({.action = "leave_message", .message = "Call us back."});
  wait(300);
  speak(600);
  wait(1'200);
  ASSERT_EQ(model_.sessions.size(), 1U);
  model_says({.kind = RealtimeEvent::Kind::user_words,
              .item = "u",
              .text = "Please leave a message after the tone."});
  wait(300);
  auto heard = model_.sessions.back()->heard_bytes;
  beep(400);
  wait(4'000);

  EXPECT_EQ(model_.sessions.back()->heard_bytes, heard);
  EXPECT_FALSE(model_.sessions.back()->is_open);
  EXPECT_EQ(leg_->end, CallEnd::agent_hung_up);
  EXPECT_EQ(lines().back(), "agent: Call us back.");
  EXPECT_EQ(answered_by(), "machine_voicemail");
}

TEST_F(OutboundCallTest, ends_while_nobody_is_greeted_yet) {
  begin({.action = "hang_up"});
  wait(300);
  speak(400);
  call_->end(CallEnd::caller_hung_up);
  home_.run();

  EXPECT_THAT(lines(), IsEmpty());
  EXPECT_EQ(answered_by(), "");
}

TEST(OutboundFacts, are_read_from_the_metadata_of_calls_of_ours) {
  agents::ActiveAgent agent;
  agent.settings.greeting = "Hello {name}, it is about {city}{nothing}.";
  agent.settings.instructions = "Be kind.";
  agent.settings.conversation = R"({"on_machine":"continue"})";
  Call call{.direction = "outbound",
            .metadata = R"({"campaign_id":"x","variables":{"name":"Ada","city":"Bonn","n":1},)"
                        R"("on_machine":"leave_message","machine_message":"Hi {name}"})"};

  auto facts = outbound_facts(call, agent.settings);
  auto own = agent_in_call(std::make_shared<agents::ActiveAgent>(agent), facts);
  auto session = session_of(call, *own, facts);

  ASSERT_TRUE(facts.machine);
  EXPECT_EQ(facts.machine->action, "leave_message");
  EXPECT_EQ(facts.machine->message, "Hi Ada");
  EXPECT_EQ(own->settings.greeting, "Hello Ada, it is about Bonn.");
  EXPECT_THAT(own->settings.instructions, HasSubstr("Be kind."));
  EXPECT_THAT(own->settings.instructions, HasSubstr("city: Bonn"));
  EXPECT_THAT(own->settings.conversation, HasSubstr("may_refuse_calls"));
  EXPECT_EQ(session.greeting, "Hello Ada, it is about Bonn.");
  EXPECT_EQ(chat::call_facts_of(session.metadata).facts.at("city"), "Bonn");
  EXPECT_TRUE(chat::call_facts_of(session.metadata).may_refuse_calls);
}

TEST(OutboundFacts, are_none_of_calls_that_come_in) {
  agents::ActiveAgent agent;
  agent.settings.conversation = R"({"on_machine":"hang_up"})";
  Call call{.metadata = R"({"variables":{"name":"Ada"},"on_machine":"hang_up"})"};
  EXPECT_FALSE(outbound_facts(call, agent.settings).machine);
  EXPECT_THAT(outbound_facts(call, agent.settings).variables, IsEmpty());

  call.direction = "outbound";
  call.metadata = "{}";
  EXPECT_EQ(outbound_facts(call, agent.settings).machine->action, "hang_up");
  agent.settings.conversation = R"({"on_machine":"leave_message"})";  // and none to leave
  EXPECT_FALSE(outbound_facts(call, agent.settings).machine);
}

TEST(Expand, leaves_braces_that_do_not_close) {
  EXPECT_EQ(expand("a {b} {c", {{"b", "1"}}), "a 1 {c");
  EXPECT_EQ(expand("", {}), "");
}

}  // namespace
}  // namespace aiva::voice
