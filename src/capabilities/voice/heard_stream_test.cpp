#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "capabilities/voice/internal/cascade.h"
#include "capabilities/voice/internal/running_call.h"
#include "capabilities/voice/testing/scripted_chat.h"
#include "capabilities/voice/testing/scripted_streams.h"
#include "capabilities/voice/testing/voice_fakes.h"

namespace aiva::voice {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = SpeechStreamEvent::Kind;

// A call whose caller is heard by a stream and whose agent speaks by one.
class HeardStreamTest : public testing::Test {
 protected:
  HeardStreamTest() {
    streams_.provider_name = "deepgram";
    streams_.model_name = "nova-3";
    streams_.answers_flush = "How long is the warranty?";
    recognizer_.words = {"The packaged one heard this."};
  }

  void TearDown() override {
    if (!call_->is_over()) hang_up();
  }

  void begin() {
    CallContext context{.home = &home_};
    call_ = std::make_shared<RunningCall>(context, Call{.id = CallId::make()}, "en", leg_, log_,
                                          meters_, limits_, now_, [](CallId) {});
    CascadeParts parts{chat_, recognizer_, synthesizer_, &streams_, &voices_};
    call_->begin(std::make_shared<Cascade>(*call_, parts, context, agent_, ChatSessionId::make(),
                                           leg_->format(), detectors_.make()));
    wait(100);
  }

  void pass(int ms, bool is_loud) {
    std::string frame(320, '\0');
    if (is_loud)
      for (std::size_t at = 1; at < frame.size(); at += 2)
        frame[at] = at / 2 % 8 < 4 ? 0x20 : static_cast<char>(0xE0);
    for (int passed = 0; passed < ms; passed += frame_ms) {
      now_ += std::chrono::milliseconds(frame_ms);
      call_->hear(frame);
      call_->beat(now_);
      home_.run();
    }
  }
  void speak(int ms) { pass(ms, true); }
  void wait(int ms) { pass(ms, false); }
  void hang_up() {
    call_->end(CallEnd::caller_hung_up);
    home_.run();
  }
  StreamScript& stream() { return *streams_.streams.back(); }
  billing::MicroUsd paid(const std::string& model) const {
    billing::MicroUsd sum = 0;
    for (const auto& use : log_.uses) sum += use.model == model ? use.base : 0;
    return sum;
  }

  QueueExecutor home_;
  Metrics metrics_;
  CallMeters meters_{metrics_};
  CallLimits limits_{};
  LoudnessDetectors detectors_;
  ScriptedRecognizer recognizer_;
  ToneSynthesizer synthesizer_;
  ScriptedStreams streams_;
  ScriptedVoices voices_;
  ScriptedChat chat_;
  MemoryCallLog log_;
  std::shared_ptr<agents::ActiveAgent> agent_ = std::make_shared<agents::ActiveAgent>();
  std::shared_ptr<RecordingLeg> leg_ = std::make_shared<RecordingLeg>();
  Instant now_{};
  std::shared_ptr<RunningCall> call_;
};

TEST_F(HeardStreamTest, has_the_words_when_the_turn_is_over) {
  begin();
  speak(1'000);
  wait(3'000);

  EXPECT_THAT(chat_.questions, ElementsAre("How long is the warranty?"));
  EXPECT_THAT(recognizer_.heard_ms, IsEmpty());
  EXPECT_EQ(stream().flushes, 1);
  EXPECT_EQ(log_.lines.at(1).recognised_ms, log_.lines.at(1).end_of_turn_ms);
  EXPECT_THAT(voices_.said, SizeIs(2));
  EXPECT_TRUE(leg_->played.contains("vvvvv"));
  EXPECT_THAT(synthesizer_.said, IsEmpty());
}

TEST_F(HeardStreamTest, asks_for_nothing_that_is_final_already) {
  begin();
  speak(1'000);
  wait(120);
  stream().words("How long", true);
  stream().words("is it?", true);
  wait(3'000);

  EXPECT_EQ(stream().flushes, 0);
  EXPECT_THAT(chat_.questions, ElementsAre("How long is it?"));
}

TEST_F(HeardStreamTest, leaves_out_what_was_said_in_an_earlier_turn) {
  begin();
  speak(1'000);
  wait(600);
  ASSERT_THAT(chat_.questions, SizeIs(1));
  auto late = SpeechStreamEvent{.kind = Kind::final_words, .text = "How long", .until_ms = 900};
  stream().say(late);
  stream().answers_flush = "And now?";
  wait(3'000);
  speak(1'000);
  wait(1'000);

  EXPECT_THAT(chat_.questions, ElementsAre("How long is the warranty?", "And now?"));
}

TEST_F(HeardStreamTest, takes_what_it_has_when_final_words_are_late) {
  streams_.answers_flush.reset();
  begin();
  speak(800);
  stream().words("How long");
  wait(3'000);

  EXPECT_THAT(chat_.questions, ElementsAre("How long"));
  EXPECT_THAT(recognizer_.heard_ms, IsEmpty());
}

TEST_F(HeardStreamTest, asks_the_recognizer_when_the_stream_says_nothing) {
  streams_.answers_flush.reset();
  begin();
  speak(800);
  wait(3'000);

  EXPECT_THAT(chat_.questions, ElementsAre("The packaged one heard this."));
  EXPECT_GE(recognizer_.heard_ms.at(0), 800U);
}

TEST_F(HeardStreamTest, asks_the_recognizer_while_the_stream_is_lost_and_opens_it_again) {
  begin();
  speak(500);
  stream().say(fail(ErrorCode::unavailable, "gone"));
  speak(1'000);
  ASSERT_THAT(streams_.streams, SizeIs(2));
  wait(3'000);
  // The second stream has not heard all of it.
  EXPECT_THAT(chat_.questions, ElementsAre("The packaged one heard this."));

  speak(800);
  wait(1'000);
  EXPECT_EQ(chat_.questions.back(), "How long is the warranty?");
}

TEST_F(HeardStreamTest, goes_on_without_a_stream_that_is_refused) {
  for (int i = 0; i < 20; ++i)
    streams_.refusals.push_back({.code = ErrorCode::unavailable, .message = "key refused"});
  voices_.refusal = Error{.code = ErrorCode::unavailable, .message = "key refused"};
  begin();
  speak(800);
  wait(3'000);

  EXPECT_THAT(chat_.questions, ElementsAre("The packaged one heard this."));
  EXPECT_THAT(synthesizer_.said, SizeIs(2));
  EXPECT_TRUE(leg_->played.contains("vvvvv"));
  EXPECT_GE(streams_.refusals.size(), 15U);  // tried again, not all the time
}

TEST_F(HeardStreamTest, pays_for_the_seconds_that_were_heard) {
  begin();
  wait(5'900);
  hang_up();

  EXPECT_EQ(paid("deepgram/nova-3"), 590);
  EXPECT_FALSE(stream().is_open);
}

TEST_F(HeardStreamTest, pays_the_characters_to_who_says_them) {
  voices_.name = "deepgram";
  begin();
  speak(800);
  wait(3'000);
  hang_up();
  EXPECT_EQ(paid("deepgram"), static_cast<billing::MicroUsd>(
                                  (voices_.said.at(0).size() + voices_.said.at(1).size()) * 15));
}

TEST_F(HeardStreamTest, says_with_another_voice_what_the_stream_did_not_begin) {
  voices_.name = "deepgram";
  voices_.failure = Error{.code = ErrorCode::unavailable, .message = "cut"};
  begin();
  speak(800);
  wait(3'000);
  hang_up();

  EXPECT_THAT(voices_.said, SizeIs(1));  // it rests
  EXPECT_THAT(synthesizer_.said, SizeIs(2));
  EXPECT_EQ(paid("deepgram"), 0);
}

TEST_F(HeardStreamTest, clears_the_voice_when_it_is_interrupted) {
  chat_.pieces = {"This is a long sentence that goes on for a while. ", "And one more follows it."};
  begin();
  speak(800);
  wait(800);
  ASSERT_TRUE(leg_->played.ends_with("vvv"));
  auto clears = voices_.clears;
  auto before = leg_->played.size();
  speak(1'000);

  EXPECT_GT(voices_.clears, clears);
  EXPECT_FALSE(leg_->played.substr(before + 8).contains('v'));
}

TEST_F(HeardStreamTest, is_interrupted_by_words_sooner_than_by_sound) {
  chat_.pieces = {"This is a long sentence that goes on until the caller has heard enough of it."};
  begin();
  speak(800);
  wait(800);
  ASSERT_TRUE(leg_->played.ends_with("vvv"));
  speak(240);
  EXPECT_EQ(leg_->flushes, 0);
  stream().words("no, wait");
  EXPECT_EQ(leg_->flushes, 1);
}

TEST_F(HeardStreamTest, ends_a_turn_in_noise_when_no_words_come) {
  begin();
  speak(1'500);
  stream().words("How long is it?", true);
  speak(200);
  EXPECT_THAT(chat_.questions, IsEmpty());
  stream().say(SpeechStreamEvent{.kind = Kind::words_paused, .until_ms = 1'500});
  speak(100);

  EXPECT_EQ(chat_.questions.size(), 1U);
}

// What Flux does.
class HeardTurns : public HeardStreamTest {
 protected:
  HeardTurns() {
    streams_.ends_turns = true;
    streams_.answers_flush.reset();
    streams_.model_name = "flux-general-en";
  }
};

TEST_F(HeardTurns, are_taken_when_the_recognizer_ends_them) {
  begin();
  speak(300);
  stream().turn(Kind::turn_started, "How");
  speak(500);
  stream().turn(Kind::words, "How long is");
  wait(900);  // longer than our own patience
  EXPECT_THAT(chat_.questions, IsEmpty());
  stream().turn(Kind::turn_ended, "How long is it?");
  wait(100);

  EXPECT_THAT(chat_.questions, ElementsAre("How long is it?"));
  EXPECT_THAT(recognizer_.heard_ms, IsEmpty());
}

TEST_F(HeardTurns, end_early_where_silence_agrees_and_only_once) {
  begin();
  speak(300);
  stream().turn(Kind::turn_started, "How");
  speak(500);
  stream().turn(Kind::turn_may_end, "How long is it?");
  wait(600);
  EXPECT_THAT(chat_.questions, ElementsAre("How long is it?"));

  stream().turn(Kind::turn_ended, "How long is it?");
  wait(100);
  EXPECT_THAT(chat_.questions, SizeIs(1));
}

TEST_F(HeardTurns, go_on_when_they_were_expected_to_end) {
  begin();
  speak(300);
  stream().turn(Kind::turn_started, "I");
  stream().turn(Kind::turn_may_end, "I want");
  wait(200);
  stream().turn(Kind::turn_resumed, "I want");
  wait(800);
  EXPECT_THAT(chat_.questions, IsEmpty());
  stream().turn(Kind::turn_ended, "I want to know it.");
  EXPECT_THAT(chat_.questions, ElementsAre("I want to know it."));
}

TEST_F(HeardTurns, are_heard_where_our_own_detector_hears_nobody) {
  begin();
  wait(500);
  stream().turn(Kind::turn_started, "Quietly");
  wait(400);
  stream().turn(Kind::turn_ended, "Quietly asked");
  EXPECT_THAT(chat_.questions, ElementsAre("Quietly asked"));
}

TEST_F(HeardTurns, drop_a_noise_without_words) {
  begin();
  speak(300);
  wait(2'000);
  EXPECT_THAT(chat_.questions, IsEmpty());
  EXPECT_THAT(recognizer_.heard_ms, IsEmpty());
}

TEST_F(HeardTurns, are_ended_by_silence_when_the_recognizer_does_not) {
  begin();
  speak(300);
  stream().turn(Kind::turn_started, "How long?");
  wait(5'000);
  EXPECT_THAT(chat_.questions, ElementsAre("How long?"));
}

TEST_F(HeardTurns, are_ours_again_when_the_stream_is_lost) {
  begin();
  speak(300);
  stream().turn(Kind::turn_started, "How");
  stream().say(fail(ErrorCode::unavailable, "gone"));
  streams_.refusals.push_back({.code = ErrorCode::unavailable, .message = "still gone"});
  speak(300);
  wait(1'000);
  EXPECT_THAT(chat_.questions, ElementsAre("The packaged one heard this."));
}

}  // namespace
}  // namespace aiva::voice
