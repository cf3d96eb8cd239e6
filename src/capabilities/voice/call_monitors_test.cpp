#include <cstring>

#include "capabilities/voice/testing/running_call_fixture.h"

namespace aiva::voice {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CallMonitorsTest : public RunningCallTest {
 protected:
  std::shared_ptr<NotingMonitor> follow(std::uint64_t seat = 1, std::string name = "Ada") {
    auto monitor = std::make_shared<NotingMonitor>();
    EXPECT_TRUE(call_->reserve_seat());
    call_->join(seat, std::move(name), monitor);
    return monitor;
  }
  // A second of a person's voice, a frame every 20 ms, while the caller is silent.
  void say_as_person(std::uint64_t seat, int rate, int ms = 1'000) {
    std::string piece(static_cast<std::size_t>(rate) / 50 * 2, '\x10');
    for (int passed = 0; passed < ms; passed += frame_ms) {
      call_->speak(seat, piece);
      wait(frame_ms);
    }
  }
  // The same as a tone, at 8 kHz.
  void speak_as_person(std::uint64_t seat, int ms) {
    std::string piece(320, '\0');
    for (std::size_t at = 1; at < piece.size(); at += 2)
      piece[at] = at / 2 % 8 < 4 ? 0x20 : static_cast<char>(0xE0);
    for (int passed = 0; passed < ms; passed += frame_ms) {
      call_->speak(seat, piece);
      wait(frame_ms);
    }
  }
  static int sample(const std::string& sound, std::size_t index) {
    std::int16_t value = 0;
    if (2 * index + 2 <= sound.size()) std::memcpy(&value, sound.data() + 2 * index, 2);
    return value;
  }
};

TEST_F(CallMonitorsTest, tell_what_happens_and_what_is_written_down) {
  begin();
  wait(600);
  auto monitor = follow();
  ASSERT_EQ(monitor->states.size(), 1U);
  EXPECT_EQ(monitor->states.at(0).followers, 1U);
  EXPECT_EQ(monitor->states.at(0).at_ms, 600);
  speak(1'000);
  wait(3'000);

  using Kind = CallEvent::Kind;
  EXPECT_THAT(monitor->notes,
              ElementsAre(Kind::speech_started, Kind::speech_stopped, Kind::user_words,
                          Kind::answer_began, Kind::words, Kind::words, Kind::answer_ended));
  EXPECT_THAT(monitor->lines, ElementsAre("customer: How long is the warranty?",
                                          "agent: It is two years. Anything else?"));
  call_->end(CallEnd::caller_hung_up);
  EXPECT_EQ(monitor->end, CallEnd::caller_hung_up);
}

TEST_F(CallMonitorsTest, hear_both_sides_mixed_or_side_by_side) {
  begin();
  wait(600);
  auto mixed = follow(1);
  auto stereo = follow(2);
  call_->listen(1, ListenWish{.rate = 8'000, .channels = 1});
  call_->listen(2, ListenWish{.rate = 16'000, .channels = 2});
  speak(1'000);
  wait(1'000);

  // A tenth of a second is held back.
  EXPECT_NEAR(static_cast<double>(mixed->sound.size()), 8'000 * 2 * 1.9, 8'000 * 2 * 0.05);
  EXPECT_NEAR(static_cast<double>(stereo->sound.size()), 16'000 * 4 * 1.9, 16'000 * 4 * 0.05);
  EXPECT_EQ(mixed->sound_at_ms, 600);
  // The caller is a tone of +-8192; at 1.5 s the agent answers with 4000.
  EXPECT_EQ(std::abs(sample(mixed->sound, 8 * 500)), 8'192);
  EXPECT_EQ(sample(mixed->sound, 8 * 1'500), 4'000);
  EXPECT_NEAR(sample(stereo->sound, 2 * 16 * 1'500), 0, 20);
  EXPECT_NEAR(sample(stereo->sound, 2 * 16 * 1'500 + 1), 4'000, 20);

  call_->listen(1, std::nullopt);
  auto before = mixed->sound.size();
  wait(200);
  EXPECT_EQ(mixed->sound.size(), before);
}

TEST_F(CallMonitorsTest, let_the_agent_follow_what_is_whispered) {
  begin();
  wait(600);
  follow();
  call_->whisper("Offer a discount.");
  speak(1'000);
  wait(3'000);
  call_->whisper("");
  speak(1'000);
  wait(3'000);

  ASSERT_EQ(chat_.guidance.size(), 2U);
  EXPECT_THAT(chat_.guidance.at(0), HasSubstr("Offer a discount."));
  EXPECT_THAT(chat_.guidance.at(1), IsEmpty());
  EXPECT_THAT(synthesizer_.said, testing::Not(Contains(HasSubstr("discount"))));
}

TEST_F(CallMonitorsTest, have_the_agent_say_something) {
  begin();
  wait(600);
  follow();
  call_->say(1, "Somebody will call you back.");
  wait(1'000);
  EXPECT_EQ(lines().back(), "agent: Somebody will call you back.");
}

TEST_F(CallMonitorsTest, speak_instead_of_the_agent) {
  chat_.pieces = {"This is a long sentence that goes on for a while. "};
  begin();
  wait(600);
  speak(1'000);
  wait(700);
  ASSERT_TRUE(leg_->played.ends_with("vvv"));
  auto monitor = follow();
  call_->take_over(1, 16'000);
  auto before = leg_->played.size();
  wait(100);
  EXPECT_EQ(leg_->played.substr(before), "sssss") << "the agent is silent at once";
  EXPECT_EQ(monitor->states.back().taken_over_by, "Ada");

  before = leg_->played.size();
  say_as_person(1, 16'000);
  auto heard = leg_->played.substr(before);
  EXPECT_EQ(heard.find('v'), 3U) << "after three frames of it";
  EXPECT_GE(std::ranges::count(heard, 'v'), 45);
  wait(600);
  EXPECT_EQ(monitor->notes.back(), CallEvent::Kind::answer_ended) << "legs take it for an answer";
  auto asked = chat_.questions.size();
  speak(1'000);
  wait(30'000);
  EXPECT_EQ(chat_.questions.size(), asked) << "the agent hears nothing";
  EXPECT_FALSE(call_->is_over()) << "and does not ask whether anybody is there";

  call_->hand_back(1);
  speak(1'000);
  wait(3'000);
  EXPECT_EQ(chat_.questions.size(), asked + 1);
  EXPECT_THAT(lines(), Contains("system: A person has taken the call over."));
  EXPECT_THAT(lines(), Contains("system: The agent goes on with the call."));
}

TEST_F(CallMonitorsTest, have_what_is_said_meanwhile_written_down_and_known_to_the_agent) {
  is_written_down_ = true;
  begin();
  wait(600);
  auto monitor = follow();
  call_->take_over(1, 8'000);
  recognizer_.words = {"I am Ada.", "Hello Ada.", "How long is the warranty?"};
  speak_as_person(1, 1'000);
  wait(1'000);
  speak(1'000);
  wait(1'000);

  EXPECT_THAT(lines(),
              ElementsAre("agent: Hello there.", "system: A person has taken the call over.",
                          "agent: I am Ada.", "customer: Hello Ada."));
  EXPECT_THAT(monitor->lines, Contains("agent: I am Ada."));
  ASSERT_EQ(log_.lines.size(), 4U);
  EXPECT_NEAR(static_cast<double>(log_.lines[2].starts_ms), 660, 100);
  EXPECT_NEAR(static_cast<double>(log_.lines[3].ends_ms), 3'600, 100);

  call_->hand_back(1);
  speak(1'000);
  wait(3'000);
  ASSERT_EQ(chat_.said.size(), 1U);
  ASSERT_EQ(chat_.said[0].size(), 2U);
  EXPECT_EQ(chat_.said[0][0].role, ChatRole::assistant);
  EXPECT_EQ(chat_.said[0][0].text, "I am Ada.");
  EXPECT_EQ(chat_.said[0][1].text, "Hello Ada.");
}

TEST_F(CallMonitorsTest, have_long_speeches_written_down_in_pieces_and_the_last_at_the_end) {
  is_written_down_ = true;
  begin();
  wait(600);
  follow();
  call_->take_over(1, 8'000);
  recognizer_.words = {"First.", "Second."};
  for (int second = 0; second < 31; ++second) {
    speak(800);
    wait(200);
  }
  EXPECT_EQ(lines().back(), "customer: First.");
  speak(1'000);
  call_->end(CallEnd::caller_hung_up);
  home_.run();

  EXPECT_EQ(lines().back(), "customer: Second.");
  EXPECT_EQ(over_, 1);
}

TEST_F(CallMonitorsTest, do_not_hold_up_the_end_of_a_call_for_words_that_come_late) {
  is_written_down_ = true;
  begin();
  wait(600);
  follow();
  call_->take_over(1, 8'000);
  recognizer_.words = {"First.", "Second.", "Third."};
  recognizer_.is_late = true;
  for (int piece = 0; piece < 2; ++piece) {
    speak(1'000);
    wait(1'000);
  }
  recognizer_.late.wake();
  home_.run();
  EXPECT_EQ(lines().back(), "customer: First.");
  speak(1'000);
  call_->end(CallEnd::caller_hung_up);
  home_.run();

  without_audio(2'900);
  home_.run();
  EXPECT_EQ(over_, 0);
  without_audio(200);
  home_.run();
  EXPECT_EQ(over_, 1);
  ASSERT_TRUE(log_.outcome.has_value());
  EXPECT_EQ(log_.outcome->end, CallEnd::caller_hung_up);

  call_.reset();
  recognizer_.late.wake();
  home_.run();
  EXPECT_EQ(lines().back(), "customer: First.");
  EXPECT_EQ(over_, 1);
}

TEST_F(CallMonitorsTest, are_not_interrupted_by_what_the_agent_finds_out_meanwhile) {
  begin();
  wait(600);
  follow();
  call_->take_over(1, 8'000);
  call_->playout().begin_sentence("It is on its way.");
  call_->playout().add(std::string(16 * 200, '\x10'));
  call_->playout().end_sentence();
  auto before = leg_->played.size();
  wait(200);
  EXPECT_EQ(leg_->played.substr(before), "ssssssssss");

  call_->hand_back(1);
  before = leg_->played.size();
  wait(400);
  EXPECT_EQ(std::ranges::count(leg_->played.substr(before), 'v'), 10);
}

TEST_F(CallMonitorsTest, give_the_call_back_when_they_leave) {
  begin();
  wait(600);
  follow();
  call_->take_over(1, 8'000);
  call_->leave(1);
  speak(1'000);
  wait(3'000);
  EXPECT_EQ(chat_.questions.size(), 1U);
}

TEST_F(CallMonitorsTest, do_not_speak_over_each_other) {
  begin();
  wait(600);
  auto ada = follow(1, "Ada");
  auto bob = follow(2, "Bob");
  call_->take_over(1, 8'000);
  call_->take_over(2, 8'000);
  call_->say(2, "Hello?");
  call_->hand_back(2);
  say_as_person(2, 8'000, 200);

  EXPECT_THAT(bob->refusals, ElementsAre("take_over: Ada has taken the call over",
                                         "say: A person speaks instead of the agent"));
  EXPECT_TRUE(leg_->played.ends_with("sssss"));
  EXPECT_EQ(bob->states.back().taken_over_by, "Ada");
  call_->leave(1);
  call_->take_over(2, 11'025);
  EXPECT_EQ(bob->refusals.size(), 3U);
}

TEST_F(CallMonitorsTest, are_eight_at_most) {
  begin();
  for (std::uint64_t seat = 1; seat <= 8; ++seat) follow(seat);
  EXPECT_FALSE(call_->reserve_seat());
  call_->leave(3);
  EXPECT_TRUE(call_->reserve_seat());
}

// What a tap hears of the agent, by the millisecond.
class NotingTap final : public CallTap {
 public:
  std::int64_t played_until = 0;
  std::vector<std::int64_t> cuts{};
  std::int64_t heard_ms = 0;
  int overs = 0;

  void heard(std::int64_t, std::string_view audio) override {
    heard_ms += static_cast<std::int64_t>(audio.size()) / 16;
  }
  void played(std::int64_t at, std::string_view) override { played_until = at + frame_ms; }
  void cut(std::int64_t at) override { cuts.push_back(at); }
  void beat(std::int64_t) override {}
  void over(std::int64_t, CallEnd) override { ++overs; }
};

TEST_F(CallMonitorsTest, are_told_what_was_played_ahead_and_not_heard) {
  leg_->ahead = 2'000;
  chat_.pieces = {"This is a long sentence that goes on for a while. ", "And one more follows it."};
  recognizer_.words = {"Tell me.", "No, wait, something else."};
  auto tap = std::make_shared<NotingTap>();
  begin(tap);
  wait(600);
  speak(1'000);
  wait(700);
  EXPECT_GT(tap->played_until, 2'320);
  speak(600);

  ASSERT_EQ(tap->cuts.size(), 1U);
  EXPECT_LT(tap->cuts.at(0), tap->played_until);
  EXPECT_EQ(tap->heard_ms, 2'900);
  call_->end(CallEnd::caller_hung_up);
  EXPECT_EQ(tap->overs, 1);
}

TEST_F(RunningCallTest, has_an_opinion_of_how_it_was_carried) {
  begin();
  wait(12'000);
  now_ += std::chrono::milliseconds(500);
  wait(12'000);
  call_->end(CallEnd::caller_hung_up);
  wait(20);
  ASSERT_TRUE(log_.outcome);
  auto stalled = log_.outcome->mos;
  EXPECT_GT(stalled, 1);
  EXPECT_LT(stalled, 4);
  auto figures = metrics_.to_prometheus_text();
  EXPECT_TRUE(figures.contains("aiva_voice_mos_count 1"));
  EXPECT_TRUE(figures.contains("aiva_voice_call_seconds_count 1"));
  EXPECT_TRUE(figures.contains(R"(aiva_voice_calls_ended_total{end="caller_hung_up"} 1)"));
}

TEST_F(RunningCallTest, believes_a_leg_that_knows_how_it_is_carried) {
  leg_->known_quality = LegQuality{.delay_ms = 60, .jitter_ms = 5, .loss = 0.2};
  begin();
  wait(3'000);
  call_->end(CallEnd::caller_hung_up);
  wait(20);
  ASSERT_TRUE(log_.outcome);
  EXPECT_LT(log_.outcome->mos, 3.5);
  EXPECT_GT(log_.outcome->mos, 1);
}

}  // namespace
}  // namespace aiva::voice
