#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "capabilities/voice/flow_json.h"
#include "capabilities/voice/internal/brain_relay.h"
#include "capabilities/voice/internal/cascade.h"
#include "capabilities/voice/internal/flow_lead.h"
#include "capabilities/voice/internal/running_call.h"
#include "capabilities/voice/testing/flow_fakes.h"
#include "capabilities/voice/testing/scripted_chat.h"
#include "capabilities/voice/testing/scripted_realtime.h"
#include "capabilities/voice/testing/voice_fakes.h"
#include "ports/testing/manual_clock.h"

namespace aiva::voice {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* order = R"({
  "steps": [
    {"name": "what", "type": "collect_slot", "slot": "article", "slot_type": "choice",
     "text": "A lamp or a chair?", "reprompt": "Say lamp or chair.", "timeout_ms": 4000,
     "retries": 1, "choices": [{"value": "lamp"}, {"value": "chair"}], "on_failure": "desk"},
    {"name": "sure", "type": "confirm", "slot": "article", "text": "The {article}, right?"},
    {"name": "buy", "type": "function", "function": "buy", "text": "Hold on.",
     "arguments": {"article": "{article}"}, "results": {"number": "/order/number"}},
    {"name": "thanks", "type": "respond", "text": "Number {number}."}
    ,{"name": "desk", "type": "transfer", "text": "I connect you.", "target": "100"}
  ],
  "failure_text": "Let us talk."})";

// One call of an agent with flows, whose time passes frame by frame, as the test says.
class FlowCalls : public testing::Test {
 protected:
  FlowCalls() {
    agent_->settings.greeting = "Hello.";
    add_flow("call", order);
  }
  void TearDown() override {
    if (call_ && !call_->is_over()) call_->end(CallEnd::caller_hung_up);
    home_.run();
  }

  Flow& add_flow(std::string begins_with, const char* text,
                 std::vector<std::string> triggers = {}) {
    flows_.flows.push_back({.id = FlowId::make(),
                            .name = "f" + std::to_string(flows_.flows.size()),
                            .begins_with = std::move(begins_with),
                            .trigger_words = std::move(triggers),
                            .definition = flow_from_json(text).value_or(FlowDefinition{})});
    EXPECT_TRUE(check(flows_.flows.back().definition).has_value());
    return flows_.flows.back();
  }

  std::shared_ptr<RunningCall> make_call() {
    return std::make_shared<RunningCall>(context_, row_, "en", leg_, log_, meters_, CallLimits{},
                                         now_, [this](CallId) { ++over_; });
  }
  std::shared_ptr<FlowLead> lead() {
    auto found = sync_wait(read_call_flows(context_, flows_, row_));
    return std::make_shared<FlowLead>(LeadingParts{flows_, functions_, clock_}, context_, row_,
                                      found.value_or(CallFlows{}));
  }
  void begin() {
    call_ = make_call();
    call_->begin(std::make_shared<Cascade>(*call_, CascadeParts{chat_, recognizer_, synthesizer_},
                                           context_, agent_, ChatSessionId::make(), leg_->format(),
                                           detectors_.make(), lead()));
  }
  // The call of an agent whose voice is a provider's model.
  void begin_with_model() {
    call_ = make_call();
    BrainRelay::Parts parts{
        {chat_, recognizer_, synthesizer_}, {model_, tools_}, detectors_, lead()};
    call_->begin(std::make_shared<BrainRelay>(*call_, std::move(parts), context_, agent_,
                                              ChatSessionId::make(), leg_->format()));
    home_.run();
  }

  void pass(int ms, bool is_loud) {
    std::string frame(320, '\0');
    for (std::size_t at = 1; is_loud && at < frame.size(); at += 2)
      frame[at] = at / 2 % 8 < 4 ? 0x20 : static_cast<char>(0xE0);
    for (int passed = 0; passed < ms && !call_->is_over(); passed += frame_ms) {
      now_ += std::chrono::milliseconds(frame_ms);
      call_->hear(frame);
      call_->beat(now_);
      home_.run();
    }
  }
  void wait(int ms) { pass(ms, false); }
  void say(std::string words) {
    recognizer_.words = {std::move(words)};
    pass(600, true);
    wait(700);
  }
  void key(std::string_view digits) {
    for (char digit : digits) call_->digit(digit);
    wait(40);
  }
  // Until what it says now is over.
  void let_speak() { wait(800); }
  // A whole flow, and two questions to the chat behind it.
  void order_and_ask_twice() {
    begin();
    let_speak();
    say("Lamp.");
    let_speak();
    say("Yes.");
    functions_.answer(R"({"order":{"number":7}})");
    wait(2'000);
    say("How long is the warranty?");
    wait(2'000);
    say("And of a chair?");
    wait(2'000);
  }

  std::vector<std::string> lines() const {
    std::vector<std::string> texts;
    for (const auto& line : log_.lines)
      texts.push_back((line.speaker == "agent" ? "a: " : "c: ") + line.text +
                      (line.is_interrupted ? "-" : ""));
    return texts;
  }
  std::string last() const { return lines().empty() ? "" : lines().back(); }
  std::vector<std::string> statuses() const {
    std::vector<std::string> texts;
    for (const auto& session : flows_.saved) texts.push_back(session.status + " " + session.step);
    return texts;
  }

  QueueExecutor home_;
  CallContext context_{.home = &home_};
  ManualClock clock_;
  Metrics metrics_;
  CallMeters meters_{metrics_};
  LoudnessDetectors detectors_;
  ScriptedRecognizer recognizer_;
  ToneSynthesizer synthesizer_;
  ScriptedChat chat_;
  ScriptedRealtimeModel model_;
  ScriptedCallTools tools_;
  MemoryCallLog log_;
  MemoryFlows flows_;
  HeldFunctions functions_;
  std::shared_ptr<agents::ActiveAgent> agent_ = std::make_shared<agents::ActiveAgent>();
  std::shared_ptr<RecordingLeg> leg_ = std::make_shared<RecordingLeg>();
  Call row_{.id = CallId::make(), .agent = AgentId::make(), .session_id = "s1"};
  Instant now_{};
  std::shared_ptr<RunningCall> call_;
  int over_ = 0;
};

TEST_F(FlowCalls, lead_from_the_greeting_to_the_transfer) {
  begin();
  let_speak();
  say("A lamp, please.");
  let_speak();
  say("Yes.");
  ASSERT_TRUE(functions_.is_waiting());
  functions_.answer(R"({"order":{"number":7}})");
  wait(4'000);

  EXPECT_THAT(lines(), ElementsAre("a: Hello.", "a: A lamp or a chair?", "c: A lamp, please.",
                                   "a: The lamp, right?", "c: Yes.",
                                   "a: Hold on. Number 7. I connect you."));
  EXPECT_THAT(functions_.called, ElementsAre(R"(buy {"article":"lamp"})"));
  EXPECT_THAT(chat_.questions, IsEmpty());
  EXPECT_EQ(leg_->end, CallEnd::transferred);
  EXPECT_EQ(leg_->transfer_target, "100");
  EXPECT_EQ(log_.transfer_target, "100");
  ASSERT_TRUE(log_.outcome);
  EXPECT_EQ(log_.outcome->transfer_target, "100");
  EXPECT_THAT(statuses(), ElementsAre("in_progress what", "in_progress sure", "in_progress buy",
                                      "transferred desk"));
  EXPECT_EQ(flows_.saved.back().session_id, "s1");
  EXPECT_EQ(over_, 1);
}

TEST_F(FlowCalls, take_keys_for_answers) {
  begin();
  let_speak();
  key("2");
  let_speak();
  key("2");
  let_speak();
  EXPECT_EQ(last(), "a: A lamp or a chair?") << "2 is no";
  key("1");
  let_speak();
  key("1");
  EXPECT_THAT(functions_.called, ElementsAre(R"(buy {"article":"lamp"})"));
}

TEST_F(FlowCalls, take_keys_that_were_pressed_during_the_greeting) {
  agent_->settings.greeting = "Hello, this greeting is a long one.";
  begin();
  wait(60);
  key("1#");
  wait(1'500);
  EXPECT_THAT(lines(),
              ElementsAre("c: 1", "a: Hello, this greeting is a long one.", "a: The lamp, right?"));
  EXPECT_THAT(chat_.questions, IsEmpty());
}

TEST_F(FlowCalls, ask_again_after_silence_and_then_give_up) {
  begin();
  let_speak();
  wait(4'000);
  let_speak();
  EXPECT_EQ(last(), "a: Say lamp or chair.");
  wait(8'000);
  EXPECT_EQ(last(), "a: I connect you.");
  EXPECT_EQ(leg_->end, CallEnd::transferred);
}

TEST_F(FlowCalls, ask_nobody_whether_they_are_there) {
  flows_.flows.front().definition.steps.front().timeout_ms = 60'000;
  begin();
  wait(50'000);
  EXPECT_EQ(lines().size(), 2U);
}

TEST_F(FlowCalls, take_the_answer_that_interrupts_the_question) {
  flows_.flows.front().definition.steps.front().text =
      "Would you like a lamp, or would you rather like to have a chair?";
  begin();
  wait(600);
  say("chair");
  EXPECT_THAT(lines(), Contains(testing::EndsWith("-")));
  EXPECT_GE(leg_->flushes, 1);
  let_speak();
  EXPECT_EQ(last(), "a: The chair, right?");
}

TEST_F(FlowCalls, ask_again_at_once_when_noise_cut_the_question_off) {
  begin();
  wait(200);
  say("");
  wait(1'500);
  EXPECT_EQ(last(), "a: Say lamp or chair.");
}

TEST_F(FlowCalls, ask_again_when_nothing_could_be_recognised) {
  begin();
  let_speak();
  recognizer_.words = {};
  pass(600, true);
  wait(2'500);
  EXPECT_EQ(last(), "a: Say lamp or chair.");
}

TEST_F(FlowCalls, let_no_interruption_stop_a_function) {
  begin();
  let_speak();
  say("Lamp.");
  let_speak();
  say("Yes.");
  say("Are you still working on it?");
  EXPECT_TRUE(functions_.is_waiting());
  EXPECT_THAT(chat_.questions, IsEmpty());
  wait(30'000);
  EXPECT_FALSE(call_->is_over());
  functions_.answer(R"({"order":{"number":7}})");
  wait(2'000);
  EXPECT_EQ(last(), "a: Number 7. I connect you.");
}

TEST_F(FlowCalls, go_on_freely_when_a_function_fails) {
  begin();
  let_speak();
  say("Lamp.");
  let_speak();
  say("Yes.");
  functions_.answer("It is down", true);
  let_speak();
  EXPECT_EQ(last(), "a: Hold on. Let us talk.");
  EXPECT_EQ(flows_.saved.back().status, "failed");
  say("How long is the warranty?");
  EXPECT_THAT(chat_.questions, ElementsAre("How long is the warranty?"));
  wait(15'000);
  EXPECT_THAT(lines(), Contains("a: Are you still there?"));
}

TEST_F(FlowCalls, begin_with_words_that_were_said) {
  flows_.flows.clear();
  add_flow("words", order, {"order something"});
  begin();
  let_speak();
  say("What do you have?");
  wait(2'000);
  say("I want to order something.");
  let_speak();
  EXPECT_THAT(chat_.questions, ElementsAre("What do you have?"));
  EXPECT_EQ(last(), "a: A lamp or a chair?");
}

TEST_F(FlowCalls, are_abandoned_with_the_caller) {
  begin();
  let_speak();
  say("Lamp.");
  call_->end(CallEnd::caller_hung_up);
  home_.run();
  EXPECT_EQ(flows_.saved.back().status, "abandoned");
  EXPECT_EQ(flows_.saved.back().step, "sure");
  EXPECT_TRUE(log_.outcome);
}

TEST_F(FlowCalls, stop_a_function_when_the_caller_leaves) {
  begin();
  let_speak();
  say("Lamp.");
  let_speak();
  say("Yes.");
  call_->end(CallEnd::caller_hung_up);
  EXPECT_FALSE(functions_.is_waiting());
  EXPECT_EQ(flows_.saved.back().status, "abandoned");
}

TEST_F(FlowCalls, end_only_when_their_state_is_kept) {
  begin();
  let_speak();
  flows_.is_slow = true;
  say("Lamp.");
  call_->end(CallEnd::caller_hung_up);
  home_.run();
  EXPECT_FALSE(log_.outcome);
  EXPECT_EQ(over_, 0);

  flows_.finish_saving();
  home_.run();
  EXPECT_EQ(flows_.saved.back().status, "abandoned");
  EXPECT_TRUE(log_.outcome);
  EXPECT_EQ(over_, 1);
}

TEST_F(FlowCalls, go_on_where_another_process_stood) {
  auto flow = flows_.flows.front();
  FlowRun run(flow.definition, {.today = std::chrono::year(2031) / 3 / 5});
  run.start();
  run.hear("lamp");
  flows_.under_way = {
      .session_id = "s1", .flow = flow.id, .step = "sure", .state = to_json(run.state())};
  begin();
  let_speak();
  EXPECT_EQ(last(), "a: The lamp, right?");
  say("Yes.");
  EXPECT_THAT(functions_.called, ElementsAre(R"(buy {"article":"lamp"})"));
}

TEST_F(FlowCalls, begin_anew_where_a_state_is_not_ours) {
  flows_.under_way = {
      .session_id = "s1", .flow = flows_.flows.front().id, .state = R"({"status":"lost"})"};
  begin();
  let_speak();
  EXPECT_EQ(last(), "a: A lamp or a chair?");
}

TEST_F(FlowCalls, are_left_alone_when_they_were_over) {
  flows_.flows.front().begins_with = "none";
  flows_.under_way = {.session_id = "s1", .flow = flows_.flows.front().id, .status = "completed"};
  begin();
  wait(2'000);
  EXPECT_THAT(lines(), ElementsAre("a: Hello."));
}

TEST_F(FlowCalls, hand_over_to_a_model_that_speaks_and_take_back) {
  add_flow("words", order, {"something else"});
  flows_.flows.front().definition.steps.pop_back();
  begin_with_model();
  EXPECT_THAT(model_.sessions, IsEmpty());
  let_speak();
  say("Lamp.");
  let_speak();
  say("Yes.");
  functions_.answer(R"({"order":{"number":7}})");
  wait(2'000);

  ASSERT_EQ(model_.sessions.size(), 1U);
  auto& session = *model_.sessions.back();
  EXPECT_THAT(session.told, Contains("agent: Hold on. Number 7."));
  EXPECT_THAT(session.told, Contains("user: Lamp."));
  EXPECT_THAT(session.told, Not(Contains(HasSubstr("Greet the caller"))));
  session.say({.kind = RealtimeEvent::Kind::answer_began, .answer = "r"});
  session.say({.kind = RealtimeEvent::Kind::words, .answer = "r", .item = "i", .text = "Sure"});
  session.say({.kind = RealtimeEvent::Kind::audio,
               .answer = "r",
               .item = "i",
               .bytes = std::string(16'000, '\x10')});
  wait(200);
  session.say(
      {.kind = RealtimeEvent::Kind::user_words, .item = "u", .text = "No, something else."});
  home_.run();
  wait(1'000);

  EXPECT_FALSE(session.is_open);
  EXPECT_EQ(last(), "a: A lamp or a chair?");
  EXPECT_THAT(chat_.questions, IsEmpty());
}

TEST_F(FlowCalls, leave_all_of_an_utterance_to_the_model_that_takes_over) {
  flows_.flows.front().definition.steps.pop_back();
  begin_with_model();
  let_speak();
  say("Lamp.");
  let_speak();
  say("Yes.");
  functions_.answer(R"({"order":{"number":7}})");
  for (int frames = 0; frames < 200 && model_.sessions.empty(); ++frames) wait(20);

  ASSERT_EQ(model_.sessions.size(), 1U);
  EXPECT_GE(model_.sessions.back()->heard_bytes, 500U * 8);  // mu-law of what came before it
  EXPECT_LE(model_.sessions.back()->heard_bytes, 700U * 8);
}

TEST_F(FlowCalls, take_all_of_an_utterance_that_the_model_had_begun_to_hear) {
  add_flow("words", order, {"something else"});
  flows_.flows.front().begins_with = "none";
  begin_with_model();
  wait(500);
  auto& session = *model_.sessions.back();
  auto speaks = [&](const char* item) {
    session.say({.kind = RealtimeEvent::Kind::speech_started, .item = item});
    home_.run();
  };
  speaks("u");
  pass(400, true);
  session.say({.kind = RealtimeEvent::Kind::speech_stopped, .item = "u"});
  wait(700);
  pass(300, true);
  speaks("v");
  pass(300, true);
  recognizer_.words = {"A chair."};
  session.say(
      {.kind = RealtimeEvent::Kind::user_words, .item = "u", .text = "Something else, please."});
  home_.run();
  pass(300, true);
  wait(1'500);

  ASSERT_FALSE(recognizer_.heard_ms.empty());
  EXPECT_GE(recognizer_.heard_ms.back(), 900U);
  EXPECT_THAT(lines(), Contains("c: A chair."));
}

TEST_F(FlowCalls, tell_the_chat_behind_them_what_was_said) {
  flows_.flows.front().definition.steps.pop_back();
  order_and_ask_twice();

  ASSERT_EQ(chat_.said.size(), 2U);
  std::vector<std::string> texts;
  for (const auto& one : chat_.said[0]) {
    texts.push_back((one.role == ChatRole::assistant ? "a: " : "c: ") + one.text);
    EXPECT_EQ(one.questions_since, 0U);
  }
  EXPECT_THAT(texts, ElementsAre("a: A lamp or a chair?", "c: Lamp.", "a: The lamp, right?",
                                 "c: Yes.", "a: Hold on. Number 7."));
  ASSERT_EQ(chat_.said[1].size(), 5U);
  EXPECT_EQ(chat_.said[1].back().questions_since, 1U);
}

TEST_F(FlowCalls, have_moderators_look_once_at_what_was_said_to_them) {
  flows_.flows.front().definition.steps.pop_back();
  chat_.said_moderation = {"", "passed", "", "flagged", ""};
  order_and_ask_twice();

  ASSERT_EQ(chat_.said.size(), 2U);
  for (const auto& one : chat_.said[0]) EXPECT_EQ(one.moderation, "");
  std::vector<std::string> states;
  for (const auto& one : chat_.said[1]) states.push_back(one.moderation);
  EXPECT_THAT(states, ElementsAre("", "passed", "", "flagged", ""));
}

TEST(CallFlowsOf, fail_as_the_rows_do) {
  MemoryFlows flows;
  flows.failure = Error{.code = ErrorCode::unavailable, .message = "Away"};
  EXPECT_FALSE(sync_wait(read_call_flows({}, flows, {})).has_value());
}

}  // namespace
}  // namespace aiva::voice
