#include "capabilities/voice/turn_taking.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace aiva::voice {
namespace {

using Kind = TurnAction::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

std::string name_of(Kind kind) {
  switch (kind) {
    case Kind::begin_utterance: return "begin";
    case Kind::drop_utterance: return "drop";
    case Kind::look_at_utterance: return "look";
    case Kind::take_turn: return "take";
    case Kind::pause_speech: return "pause";
    case Kind::resume_speech: return "resume";
    case Kind::stop_speech: return "stop";
    case Kind::say_filler: return "filler";
    case Kind::ask_whether_there: return "ask";
    case Kind::end_idle: return "end";
    case Kind::take_digits: return "digits";
    case Kind::miss_answer: return "miss";
  }
  return "?";
}

// A call in windows of 32 ms; recognised words come at once when they are looked for.
class TurnTakingTest : public testing::Test {
 protected:
  static constexpr int window = 32;

  void voice(int ms, double probability = 0.9) { pass(ms, probability); }
  void silence(int ms) { pass(ms, 0.05); }
  // What is said from now on is recognised as that; empty: nothing is recognised at all.
  void words(std::string text) { words_ = std::move(text); }

  void pass(int ms, double probability) {
    for (auto until = now_ + ms; now_ < until;) {
      now_ += window;
      TurnActions actions;
      turns_.hear(now_, window, probability, actions);
      turns_.tick(now_, actions);
      note(actions);
    }
  }

  void note(const TurnActions& actions) {
    for (const auto& action : actions) {
      heard_.push_back(name_of(action.kind));
      when_.push_back(now_);
      if (action.kind == Kind::take_digits) digits_.push_back(action.text);
      if (action.kind == Kind::look_at_utterance && recognises_) {
        TurnActions more;
        turns_.recognized(now_, words_, more);
        note(more);
      }
    }
  }

  void key(char digit) {
    TurnActions actions;
    turns_.digit(now_, digit, actions);
    note(actions);
  }

  CallMs when(std::string_view action) const {
    for (std::size_t at = 0; at < heard_.size(); ++at)
      if (heard_[at] == action) return when_[at];
    return -1;
  }

  TurnSettings settings_{};
  TurnTaking turns_{settings_};
  CallMs now_ = 0;
  bool recognises_ = true;
  std::string words_ = "How long is the warranty.";
  std::vector<std::string> heard_{};
  std::vector<CallMs> when_{};
  std::vector<std::string> digits_{};
};

TEST_F(TurnTakingTest, takes_a_turn_after_the_silence_it_waits_for) {
  silence(320);
  voice(1280);
  auto ended = now_;
  silence(960);
  EXPECT_THAT(heard_, ElementsAre("begin", "look", "take"));
  EXPECT_GE(when("take") - ended, settings_.silence_ms);
  EXPECT_LE(when("take") - ended, settings_.silence_ms + window);
}

TEST_F(TurnTakingTest, answers_a_question_sooner) {
  words("How long is the warranty?");
  voice(1280);
  auto ended = now_;
  silence(960);
  EXPECT_LE(when("take") - ended, settings_.silence_ms_min + window);
}

TEST_F(TurnTakingTest, waits_longer_for_a_sentence_that_is_not_over) {
  words("I would like to know if the");
  voice(1280);
  auto ended = now_;
  silence(1600);
  EXPECT_GE(when("take") - ended, settings_.silence_ms_max);
}

TEST_F(TurnTakingTest, goes_on_listening_when_the_caller_goes_on) {
  voice(960);
  silence(320);
  voice(960);
  silence(640);
  EXPECT_THAT(heard_, ElementsAre("begin", "look", "look", "take"));
}

TEST_F(TurnTakingTest, takes_the_turn_when_the_recogniser_is_slow) {
  recognises_ = false;
  voice(960);
  auto ended = now_;
  silence(2000);
  EXPECT_THAT(heard_, ElementsAre("begin", "look", "take"));
  EXPECT_GE(when("take") - ended, settings_.silence_ms_max);
}

TEST_F(TurnTakingTest, drops_sounds_without_words) {
  words("");
  voice(480);
  silence(960);
  EXPECT_THAT(heard_, ElementsAre("begin", "look", "drop"));
}

TEST_F(TurnTakingTest, does_not_hear_a_click) {
  for (int count = 0; count < 20; ++count) {
    voice(32);
    silence(96);
  }
  EXPECT_THAT(heard_, IsEmpty());
}

TEST_F(TurnTakingTest, takes_a_turn_that_does_not_end) {
  voice(settings_.utterance_ms_max + 320);
  EXPECT_THAT(heard_, ElementsAre("begin", "take", "begin"));
}

TEST_F(TurnTakingTest, pauses_within_a_moment_and_stops_when_it_is_sure) {
  turns_.think(now_);
  turns_.speak(now_);
  silence(960);
  auto began = now_;
  voice(640);
  EXPECT_THAT(heard_, ElementsAre("begin", "pause", "stop"));
  EXPECT_LE(when("pause") - began, settings_.start_ms + window);
  EXPECT_LE(when("stop") - began, settings_.interruption_ms + window);
}

TEST_F(TurnTakingTest, goes_on_after_a_mhm) {
  words("Mhm.");
  turns_.think(now_);
  turns_.speak(now_);
  silence(960);
  voice(224);
  silence(960);
  EXPECT_THAT(heard_, ElementsAre("begin", "pause", "look", "drop", "resume"));
  EXPECT_TRUE(turns_.is_agent_speaking());
}

TEST_F(TurnTakingTest, stops_for_a_short_word_that_is_no_mhm) {
  words("Stop it.");
  turns_.think(now_);
  turns_.speak(now_);
  silence(960);
  voice(224);
  silence(960);
  EXPECT_THAT(heard_, ElementsAre("begin", "pause", "look", "stop", "take"));
}

TEST_F(TurnTakingTest, is_not_stopped_by_its_own_echo) {
  turns_.think(now_);
  turns_.speak(now_);
  voice(settings_.echo_guard_ms - window, 0.7);
  voice(960, 0.6);
  EXPECT_THAT(heard_, IsEmpty());
}

TEST_F(TurnTakingTest, says_a_protected_greeting_to_its_end) {
  turns_.think(now_, true);
  voice(320);
  turns_.speak(now_);
  voice(1280);
  EXPECT_THAT(heard_, IsEmpty());
  turns_.finish(now_);
  voice(640);
  silence(640);
  EXPECT_THAT(heard_, ElementsAre("begin", "look", "take"));
}

TEST_F(TurnTakingTest, forgets_the_answer_it_prepares_when_the_caller_adds_something) {
  turns_.think(now_);
  voice(640);
  silence(640);
  EXPECT_THAT(heard_, ElementsAre("begin", "stop", "look", "take"));
}

TEST_F(TurnTakingTest, fills_a_long_wait_once) {
  turns_.think(now_);
  silence(2 * settings_.filler_after_ms + 320);
  EXPECT_THAT(heard_, ElementsAre("filler"));
}

TEST_F(TurnTakingTest, asks_twice_whether_somebody_is_there_then_ends) {
  turns_.finish(now_);
  silence(3 * settings_.silence_prompt_ms + 320);
  EXPECT_THAT(heard_, ElementsAre("ask", "ask", "end"));
}

TEST_F(TurnTakingTest, does_not_count_silence_while_it_is_held) {
  turns_.hold(true);
  silence(3 * settings_.silence_prompt_ms);
  EXPECT_THAT(heard_, IsEmpty());
}

TEST_F(TurnTakingTest, takes_digits_at_their_end_mark) {
  for (char digit : std::string("1234#")) key(digit);
  EXPECT_THAT(heard_, ElementsAre("digits"));
  EXPECT_THAT(digits_, ElementsAre("1234"));
}

TEST_F(TurnTakingTest, takes_digits_after_a_while_and_when_there_are_too_many) {
  key('7');
  silence(settings_.digit_timeout_ms + 320);
  for (int count = 0; count < settings_.digits_max; ++count) key('9');
  EXPECT_THAT(digits_, ElementsAre("7", std::string(32, '9')));
}

TEST_F(TurnTakingTest, is_silenced_by_a_digit) {
  turns_.think(now_);
  turns_.speak(now_);
  key('5');
  EXPECT_THAT(heard_, ElementsAre("stop"));
}

TEST_F(TurnTakingTest, tells_that_an_answer_is_missing_instead_of_asking_who_is_there) {
  turns_.expect(ExpectedAnswer{.timeout_ms = 4'000});
  turns_.finish(now_);
  silence(8'000 + 320);
  EXPECT_THAT(heard_, ElementsAre("miss", "miss"));

  turns_.expect(ExpectedAnswer{});
  silence(4 * settings_.silence_prompt_ms);
  EXPECT_EQ(heard_.size(), 2U);

  turns_.expect(std::nullopt);
  turns_.finish(now_);
  silence(settings_.silence_prompt_ms + 320);
  EXPECT_THAT(heard_, ElementsAre("miss", "miss", "ask"));
}

TEST_F(TurnTakingTest, misses_no_answer_that_is_being_keyed_in) {
  turns_.expect(ExpectedAnswer{.timeout_ms = 1'000});
  turns_.finish(now_);
  key('4');
  silence(2'000);
  EXPECT_THAT(heard_, IsEmpty());
  silence(1'200);
  EXPECT_THAT(heard_, ElementsAre("digits"));
}

TEST_F(TurnTakingTest, waits_for_no_more_digits_than_an_answer_has) {
  turns_.expect(ExpectedAnswer{.timeout_ms = 5'000, .digits_max = 1});
  key('1');
  EXPECT_THAT(digits_, ElementsAre("1"));
  turns_.think(now_);
  turns_.speak(now_);
  key('#');
  EXPECT_THAT(heard_, ElementsAre("digits")) << "what is said next goes on";
  turns_.finish(now_);
  turns_.expect(std::nullopt);
  key('1');
  EXPECT_EQ(digits_.size(), 1U);
}

TEST_F(TurnTakingTest, takes_a_yes_into_a_question_for_an_answer) {
  words("Yes.");
  turns_.expect(ExpectedAnswer{.timeout_ms = 5'000});
  turns_.think(now_);
  turns_.speak(now_);
  silence(960);
  voice(224);
  silence(960);
  EXPECT_THAT(heard_, ElementsAre("begin", "pause", "look", "stop", "take"));
}

TEST_F(TurnTakingTest, goes_on_when_frames_stop_in_the_middle_of_a_word) {
  turns_.think(now_);
  turns_.speak(now_);
  silence(640);
  recognises_ = false;
  voice(160);
  TurnActions actions;
  for (int count = 0; count < 30; ++count) turns_.tick(now_ += 100, actions);
  EXPECT_TRUE(std::ranges::any_of(
      actions, [](const auto& action) { return action.kind != Kind::look_at_utterance; }));
  EXPECT_FALSE(turns_.is_paused());
}

TEST_F(TurnTakingTest, begins_afresh_after_somebody_else_had_the_word) {
  pass(400, 0.9);
  turns_.restart(now_);
  turns_.hold(true);
  pass(30'000, 0.9);
  EXPECT_FALSE(turns_.is_caller_speaking());
  auto before = heard_.size();
  turns_.restart(now_);
  pass(9'000, 0);
  EXPECT_EQ(heard_.size(), before) << "nothing of it is a turn, and it was not silent";
}

// Words that come by themselves, and a recogniser that ends turns.
class LeftTurns : public TurnTakingTest {
 protected:
  LeftTurns() { turns_.leave_turns(true); }
  template <class F>
  void tell(F&& say) {
    TurnActions actions;
    say(actions);
    note(actions);
  }
  void begin_turn() {
    tell([this](TurnActions& actions) { turns_.begin_turn(now_, actions); });
  }
  void hear_words(const char* text) {
    tell([&](TurnActions& actions) { turns_.hear_words(now_, text, actions); });
  }
  void expect_end(const char* text) {
    tell([&](TurnActions& actions) { turns_.expect_end(now_, text, actions); });
  }
  void end_turn(const char* text) {
    tell([&](TurnActions& actions) { turns_.end_turn(now_, text, actions); });
  }
};

TEST_F(LeftTurns, end_when_the_recogniser_says_so) {
  voice(400);
  hear_words("how long");
  silence(2'000);
  EXPECT_THAT(heard_, ElementsAre("begin"));
  end_turn("How long?");
  EXPECT_THAT(heard_, ElementsAre("begin", "take"));
  end_turn("How long?");
  EXPECT_THAT(heard_, ElementsAre("begin", "take"));
}

TEST_F(LeftTurns, end_by_silence_once_the_end_is_expected) {
  voice(400);
  expect_end("How long is it");
  silence(600);
  EXPECT_THAT(heard_, ElementsAre("begin", "take"));
}

TEST_F(LeftTurns, do_not_end_once_they_go_on) {
  voice(400);
  expect_end("I want");
  turns_.resume_turn(now_);
  silence(1'000);
  EXPECT_THAT(heard_, ElementsAre("begin"));
}

TEST_F(LeftTurns, end_all_the_same_when_the_recogniser_is_late) {
  voice(400);
  hear_words("how long");
  silence(3'700);
  EXPECT_THAT(heard_, ElementsAre("begin", "take"));
}

TEST_F(LeftTurns, begin_with_words_that_our_detector_did_not_hear) {
  begin_turn();
  hear_words("hello");
  silence(1'000);
  end_turn("Hello there.");
  EXPECT_THAT(heard_, ElementsAre("begin", "take"));
}

TEST_F(LeftTurns, are_noise_without_words) {
  voice(400);
  silence(1'400);
  EXPECT_THAT(heard_, ElementsAre("begin", "drop"));
}

TEST_F(LeftTurns, do_not_begin_during_a_protected_greeting) {
  turns_.think(now_, true);
  turns_.speak(now_);
  begin_turn();
  end_turn("Hello?");
  EXPECT_THAT(heard_, IsEmpty());
}

TEST_F(LeftTurns, interrupt_by_words_and_not_by_agreement) {
  turns_.think(now_);
  turns_.speak(now_);
  silence(500);
  begin_turn();
  hear_words("mhm");
  EXPECT_THAT(heard_, ElementsAre("begin", "pause"));
  hear_words("no, wait");
  EXPECT_THAT(heard_, ElementsAre("begin", "pause", "stop"));
}

TEST_F(LeftTurns, go_on_speaking_after_agreement) {
  turns_.think(now_);
  turns_.speak(now_);
  silence(500);
  begin_turn();
  end_turn("Okay.");
  EXPECT_THAT(heard_, ElementsAre("begin", "pause", "drop", "resume"));
}

TEST_F(TurnTakingTest, ends_a_turn_in_noise_when_no_more_words_come) {
  voice(400);
  TurnActions actions;
  turns_.miss_words(now_, actions);
  EXPECT_THAT(actions, IsEmpty());
  turns_.hear_words(now_, "How long is it", actions);
  turns_.miss_words(now_, actions);
  ASSERT_EQ(actions.size(), 1U);
  EXPECT_EQ(actions[0].kind, Kind::take_turn);
}

TEST_F(TurnTakingTest, still_expects_an_answer_after_somebody_else_had_the_word) {
  turns_.expect(ExpectedAnswer{.timeout_ms = 4'000});
  turns_.restart(now_);
  turns_.hold(true);
  pass(30'000, 0);
  EXPECT_THAT(heard_, testing::IsEmpty());
  turns_.restart(now_);
  pass(5'000, 0);
  EXPECT_THAT(heard_, ElementsAre("miss"));
}

}  // namespace
}  // namespace aiva::voice
