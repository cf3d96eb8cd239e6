#include "capabilities/voice/internal/realtime_brain.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "capabilities/voice/internal/running_call.h"
#include "capabilities/voice/testing/scripted_realtime.h"
#include "capabilities/voice/testing/voice_fakes.h"

namespace aiva::voice {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Kind = RealtimeEvent::Kind;

// One call over linear audio of 8 kHz, so that the provider gets mu-law.
class RealtimeBrainTest : public testing::Test {
 protected:
  void SetUp() override { agent_->settings.speech.silence_duration_ms = 400; }
  void TearDown() override {
    if (call_ && !call_->is_over()) call_->end(CallEnd::caller_hung_up);
    home_.run();
  }

  void begin() {
    CallContext context{.home = &home_};
    call_ = std::make_shared<RunningCall>(context, Call{.id = CallId::make()}, "en", leg_, log_,
                                          meters_, limits_, now_, [this](CallId) { ++over_; });
    call_->begin(std::make_shared<RealtimeBrain>(*call_, RealtimeParts{model_, tools_}, context,
                                                 agent_, ChatSessionId::make(), leg_->format()));
    home_.run();
  }
  RealtimeScript& line() { return first_ ? *model_.sessions.front() : *model_.sessions.back(); }

  void wait(int ms) {
    std::string frame(320, '\0');
    for (int passed = 0; passed < ms && !call_->is_over(); passed += frame_ms) {
      now_ += std::chrono::milliseconds(frame_ms);
      call_->hear(frame);
      call_->beat(now_);
      home_.run();
    }
  }
  void say(RealtimeEvent event) {
    line().say(std::move(event));
    home_.run();
  }
  void caller_speaks(const std::string& words) {
    say({.kind = Kind::speech_started, .item = "u"});
    wait(600);
    say({.kind = Kind::speech_stopped, .item = "u"});
    say({.kind = Kind::user_words, .item = "u", .text = words});
  }
  void begin_answer(const std::string& answer) {
    say({.kind = Kind::answer_began, .answer = answer});
  }
  // So many milliseconds of a voice.
  void speak(const std::string& answer, const std::string& words, int ms) {
    say({.kind = Kind::words, .answer = answer, .item = "i" + answer, .text = words});
    say({.kind = Kind::audio,
         .answer = answer,
         .item = "i" + answer,
         .bytes = std::string(static_cast<std::size_t>(ms) * 8, '\x10')});
  }
  void end_answer(const std::string& answer, bool is_cancelled = false) {
    say({.kind = Kind::answer_ended,
         .answer = answer,
         .usage = {.audio_in = 10, .audio_out = 20},
         .is_cancelled = is_cancelled});
  }
  void answer(const std::string& name, const std::string& words, int ms) {
    begin_answer(name);
    speak(name, words, ms);
    end_answer(name);
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> texts;
    for (const auto& line : log_.lines)
      texts.push_back(line.speaker + ": " + line.text + (line.is_interrupted ? "-" : ""));
    return texts;
  }
  std::size_t voiced() const {
    return static_cast<std::size_t>(std::ranges::count(leg_->played, 'v'));
  }

  QueueExecutor home_;
  Metrics metrics_;
  CallMeters meters_{metrics_};
  CallLimits limits_{};
  ScriptedRealtimeModel model_;
  ScriptedCallTools tools_;
  MemoryCallLog log_;
  std::shared_ptr<agents::ActiveAgent> agent_ = std::make_shared<agents::ActiveAgent>();
  std::shared_ptr<RecordingLeg> leg_ = std::make_shared<RecordingLeg>();
  Instant now_{};
  std::shared_ptr<RunningCall> call_;
  int over_ = 0;
  bool first_ = false;  // the first line is the one that is used
};

TEST_F(RealtimeBrainTest, opens_a_session_as_the_agent_wants_it_and_greets) {
  agent_->settings.greeting = "Hello, \"you\".";
  agent_->settings.instructions = "Sell lamps.";
  agent_->settings.language = "de-AT";
  agent_->settings.blocked_topics = {"politics"};
  tools_.definitions = {{.name = "search_knowledge"}};
  begin();

  const auto& settings = line().settings;
  EXPECT_THAT(settings.instructions, testing::StartsWith("Sell lamps."));
  EXPECT_THAT(settings.instructions, HasSubstr("politics"));
  EXPECT_THAT(settings.instructions, HasSubstr("search_knowledge"));
  EXPECT_EQ(settings.language, "de");
  EXPECT_EQ(settings.voice, "shimmer");
  EXPECT_EQ(settings.coding, RealtimeCoding::pcmu);
  EXPECT_EQ(settings.silence_ms, 400);
  EXPECT_EQ(settings.tools.size(), 1U);
  EXPECT_THAT(line().told, ElementsAre(HasSubstr("\"Hello, 'you'.\"")));

  wait(100);
  EXPECT_EQ(line().heard_bytes, 800U);
  answer("r", "Hello, you.", 200);
  wait(400);
  EXPECT_EQ(voiced(), 10U);
  EXPECT_THAT(lines(), ElementsAre("agent: Hello, you."));
}

TEST_F(RealtimeBrainTest, writes_down_what_both_say_and_what_it_costs) {
  begin();
  caller_speaks("How long is the warranty?");
  answer("r", "Two years.", 400);
  wait(600);
  call_->end(CallEnd::caller_hung_up);
  home_.run();

  EXPECT_THAT(lines(), ElementsAre("customer: How long is the warranty?", "agent: Two years."));
  EXPECT_EQ(log_.lines[0].starts_ms, 0);
  EXPECT_EQ(log_.lines[0].ends_ms, 200);
  EXPECT_EQ(log_.lines[1].end_of_turn_ms, 400);
  EXPECT_EQ(log_.lines[1].first_token_ms, 400);
  EXPECT_GT(log_.lines[1].first_audio_ms, 400);
  ASSERT_EQ(log_.uses.size(), 1U);
  EXPECT_EQ(log_.uses[0].model, "openai/scripted");
  EXPECT_EQ(log_.uses[0].base, 10 * 100 + 20 * 200);
  EXPECT_EQ(log_.uses[0].part, 1);
  EXPECT_EQ(log_.outcome->turns, 1);
  EXPECT_FALSE(line().is_open);
}

TEST_F(RealtimeBrainTest, charges_every_minute_of_a_call) {
  begin();
  for (int minute = 0; minute < 3; ++minute) {
    answer("r" + std::to_string(minute), "Yes.", 100);
    wait(60'000);
  }
  EXPECT_EQ(log_.uses.size(), 3U);
}

TEST_F(RealtimeBrainTest, stops_at_once_and_tells_how_much_was_heard) {
  begin();
  begin_answer("r");
  speak("r", "It is a long story about lamps.", 1000);
  wait(400);
  say({.kind = Kind::speech_started, .item = "u"});
  auto stopped = voiced();
  speak("r", "And more", 500);  // too late
  end_answer("r", true);
  wait(200);

  EXPECT_EQ(leg_->flushes, 1);
  EXPECT_EQ(voiced(), stopped);
  EXPECT_THAT(line().told, ElementsAre("truncate ir " + std::to_string(stopped * 20)));
  EXPECT_THAT(lines(), ElementsAre("agent: It is a-"));
  answer("s", "Yes?", 100);
  wait(300);
  EXPECT_THAT(lines(), Contains("agent: Yes?"));
}

TEST_F(RealtimeBrainTest, tells_its_leg_of_sentences_however_words_come) {
  begin();
  begin_answer("r");
  for (const char* words : {"Two", " years. And", " one", " more"}) speak("r", words, 100);
  end_answer("r");

  EXPECT_THAT(leg_->told, ElementsAre("Two years.", "And one more"));
  wait(1000);
  EXPECT_THAT(lines(), ElementsAre("agent: Two years. And one more"));
}

TEST_F(RealtimeBrainTest, truncates_nothing_that_was_not_heard) {
  begin();
  begin_answer("r");
  speak("r", "Never heard", 500);
  say({.kind = Kind::speech_started, .item = "u"});
  end_answer("r", true);
  wait(100);

  EXPECT_THAT(line().told, IsEmpty());
  EXPECT_EQ(voiced(), 0U);
  EXPECT_THAT(lines(), IsEmpty());
}

TEST_F(RealtimeBrainTest, calls_functions_together_and_answers_behind_them) {
  begin();
  begin_answer("r");
  for (const char* name : {"find", "count"})
    say({.kind = Kind::tool_call,
         .answer = "r",
         .call = {.id = std::string("c_") + name, .name = name, .arguments = "{}"}});
  EXPECT_THAT(tools_.called, IsEmpty());
  end_answer("r");

  EXPECT_THAT(tools_.called, ElementsAre("find count "));
  EXPECT_THAT(line().told, ElementsAre("c_find = {}", "c_count = {}", "answer "));
}

TEST_F(RealtimeBrainTest, asks_again_when_another_answer_was_in_the_way) {
  begin();
  call_->ask("Typed");
  EXPECT_THAT(line().told, ElementsAre("user: Typed", "answer "));
  begin_answer("vad");
  call_->end_politely(CallEnd::time_limit);
  EXPECT_THAT(line().told, Contains("cancel vad"));
  end_answer("vad", true);
  EXPECT_THAT(line().told.back(), HasSubstr("answer Say exactly"));

  say({.kind = Kind::answer_refused});
  EXPECT_EQ(
      std::ranges::count_if(
          line().told, [](const auto& told) { return told.starts_with("answer Say exactly"); }),
      2);
}

TEST_F(RealtimeBrainTest, transfers_after_its_last_words) {
  tools_.answer.decision = {.wants_transfer = true, .transfer_queue = "sales"};
  tools_.answer.message = "One moment.";
  begin();
  begin_answer("r");
  say({.kind = Kind::tool_call,
       .answer = "r",
       .call = {.id = "c", .name = "transfer_call", .arguments = "{}"}});
  end_answer("r");
  answer("s", "One moment.", 300);
  wait(200);
  EXPECT_FALSE(call_->is_over());
  wait(600);

  EXPECT_EQ(leg_->end, CallEnd::transferred);
  EXPECT_EQ(leg_->transfer_target, "sales");
}

TEST_F(RealtimeBrainTest, goes_on_with_another_session_when_one_is_cut) {
  agent_->settings.speech.model = "gpt-realtime-mini";
  begin();
  caller_speaks("Tell me all.");
  begin_answer("r");
  speak("r", "All of it", 400);
  line().say(fail(ErrorCode::unavailable, "The connection broke off"));
  home_.run();
  wait(60);

  ASSERT_EQ(model_.sessions.size(), 2U);
  EXPECT_FALSE(model_.sessions[0]->is_open);
  EXPECT_EQ(line().settings.model, "gpt-realtime-mini");
  EXPECT_THAT(line().told,
              ElementsAre("user: Tell me all.", HasSubstr("after these words: \"All of it\"")));
  answer("s", "and the rest.", 200);
  wait(1000);
  EXPECT_THAT(lines(), Contains("agent: All of it and the rest."));
  EXPECT_GT(line().heard_bytes, 0U);
}

TEST_F(RealtimeBrainTest, gives_up_a_provider_that_cuts_every_session) {
  begin();
  for (int i = 0; i < 10 && !call_->is_over(); ++i) {
    line().close();
    home_.run();
    wait(3000);
  }
  EXPECT_EQ(model_.sessions.size(), 4U);
  EXPECT_EQ(leg_->end, CallEnd::failed);
}

TEST_F(RealtimeBrainTest, replaces_a_session_before_its_hour_is_over) {
  model_.ends_at = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  first_ = true;
  begin();
  caller_speaks("Hello?");
  begin_answer("r");
  speak("r", "Hello.", 200);
  wait(100);
  EXPECT_TRUE(model_.sessions[0]->is_open);  // not in the middle of a turn
  end_answer("r");
  wait(400);

  ASSERT_EQ(model_.sessions.size(), 2U);
  EXPECT_FALSE(model_.sessions[0]->is_open);
  EXPECT_THAT(model_.sessions[1]->told, ElementsAre("user: Hello?", "agent: Hello."));
}

TEST_F(RealtimeBrainTest, gives_up_wishes_first_and_the_call_last) {
  agent_->settings.speech.model = "gpt-gone";
  for (int i = 0; i < 4; ++i)
    model_.refusals.push_back({.code = ErrorCode::invalid, .message = "No"});
  begin();
  wait(4000);

  EXPECT_EQ(model_.attempts, 4);
  EXPECT_EQ(leg_->end, CallEnd::failed);

  model_.refusals.push_back({.code = ErrorCode::invalid, .message = "No"});
  leg_ = std::make_shared<RecordingLeg>();
  begin();
  wait(100);
  ASSERT_EQ(model_.sessions.size(), 1U);
  EXPECT_EQ(line().settings.model, "");
  EXPECT_EQ(line().settings.voice, "");
}

TEST_F(RealtimeBrainTest, apologises_for_answers_that_fail_but_not_for_ever) {
  begin();
  for (int i = 0; i < 4; ++i) {
    auto name = std::to_string(i);
    begin_answer(name);
    say({.kind = Kind::answer_ended, .answer = name, .failure = Error{}});
  }
  EXPECT_EQ(
      std::ranges::count_if(line().told, [](const auto& told) { return told.contains("sorry"); }),
      3);
  wait(1000);
  EXPECT_EQ(leg_->end, CallEnd::failed);
}

TEST_F(RealtimeBrainTest, takes_digits_and_asks_who_is_silent) {
  begin();
  for (char digit : std::string("42#")) call_->digit(digit);
  EXPECT_THAT(line().told, ElementsAre(HasSubstr("telephone: 42"), "answer "));
  EXPECT_THAT(lines(), ElementsAre("customer: 42"));
  answer("r", "Thank you.", 100);

  wait(11'000);
  EXPECT_THAT(line().told.back(), HasSubstr("answer Say exactly"));
}

TEST_F(RealtimeBrainTest, leaves_turns_to_a_client_that_takes_them) {
  begin();
  call_->take_turns(false);
  wait(100);
  call_->commit();

  EXPECT_THAT(line().told, ElementsAre("no turns", "clear", "commit", "answer "));
}

TEST_F(RealtimeBrainTest, follows_what_is_whispered_and_tells_it_to_another_line) {
  begin();
  call_->whisper("Offer a discount.");
  EXPECT_THAT(line().told, ElementsAre(AllOf(HasSubstr("system: "), HasSubstr("discount"))));
  caller_speaks("How much is it?");
  answer("r", "Nine dollars.", 200);
  wait(500);
  line().close();
  home_.run();
  wait(1'000);

  ASSERT_EQ(model_.sessions.size(), 2U);
  EXPECT_THAT(line().told.back(), HasSubstr("Offer a discount."));
  call_->whisper("");
  EXPECT_THAT(line().told.back(), HasSubstr("do not count any more"));
  EXPECT_THAT(lines(), Not(Contains(HasSubstr("discount"))));
}

TEST_F(RealtimeBrainTest, is_silent_while_a_person_speaks) {
  begin();
  caller_speaks("Hello?");
  begin_answer("r1");
  speak("r1", "Good day, what can I do for you?", 2'000);
  wait(400);
  auto monitor = std::make_shared<NotingMonitor>();
  call_->join(1, "Ada", monitor);
  call_->take_over(1, 8'000);
  EXPECT_THAT(line().told, Contains("cancel r1"));
  end_answer("r1", true);
  auto before = voiced();
  auto heard = line().heard_bytes;
  begin_answer("r2");  // on its way already
  speak("r2", "Anything else?", 400);
  end_answer("r2");
  wait(1'000);
  EXPECT_EQ(voiced(), before);
  EXPECT_EQ(line().heard_bytes, heard);
  EXPECT_THAT(line().told, Contains("cancel r2"));

  call_->hand_back(1);
  wait(100);
  EXPECT_GT(line().heard_bytes, heard);
  caller_speaks("Are you there?");
  answer("r3", "Yes.", 200);
  wait(500);
  EXPECT_GT(voiced(), before);
}

TEST_F(RealtimeBrainTest, pays_for_the_time_where_the_provider_takes_something_for_it) {
  model_.name = "deepgram";
  begin();
  wait(30'000);
  line().close();
  home_.run();
  wait(30'000);
  call_->end(CallEnd::caller_hung_up);
  home_.run();

  billing::MicroUsd paid = 0;
  for (const auto& use : log_.uses) paid += use.model == "deepgram/scripted" ? use.base : 0;
  EXPECT_NEAR(static_cast<double>(paid), 80'000, 200);
}

TEST_F(RealtimeBrainTest, takes_the_voice_that_the_agent_has_at_deepgram) {
  agent_->settings.voice = "marin";
  agent_->settings.language = "en";
  agent_->settings.speech.provider = "deepgram";
  agent_->settings.speech.deepgram_voice = "aura-2-zeus-de";
  agent_->settings.speech.deepgram_language = "de";
  begin();
  EXPECT_EQ(line().settings.voice, "aura-2-zeus-de");
  EXPECT_EQ(line().settings.language, "de");
}

}  // namespace
}  // namespace aiva::voice
