#include <gmock/gmock.h>

#include <string>

#include "capabilities/voice/testing/running_call_fixture.h"

namespace aiva::voice {
namespace {

using testing::ElementsAre;

TEST_F(RunningCallTest, greets_then_answers_what_was_asked) {
  begin();
  wait(600);
  speak(1'000);
  wait(3'000);

  EXPECT_THAT(lines(), ElementsAre("agent: Hello there.", "customer: How long is the warranty?",
                                   "agent: It is two years. Anything else?"));
  EXPECT_THAT(chat_.questions, ElementsAre("How long is the warranty?"));
  EXPECT_TRUE(leg_->played.contains("vvvvvvvvvvv"));
}

TEST_F(RunningCallTest, sends_a_frame_for_every_20_ms) {
  begin();
  wait(2'000);
  EXPECT_EQ(leg_->played.size(), 100U);
}

TEST_F(RunningCallTest, makes_up_for_two_frames_after_a_stall) {
  begin();
  wait(200);
  auto before = leg_->played.size();
  now_ += std::chrono::milliseconds(500);
  call_->beat(now_);
  EXPECT_LE(leg_->played.size() - before, 2U);
}

TEST_F(RunningCallTest, measures_the_steps_of_a_turn) {
  begin();
  wait(600);
  speak(1'000);
  wait(3'000);

  const auto& line = log_.lines.at(2);
  EXPECT_GE(line.end_of_turn_ms, 280);
  EXPECT_LE(line.end_of_turn_ms, 400);
  EXPECT_GE(line.recognised_ms, line.end_of_turn_ms);
  EXPECT_GE(line.first_token_ms, line.recognised_ms);
  EXPECT_GE(line.first_audio_ms, line.first_token_ms);
  EXPECT_LE(line.first_audio_ms, 500);
}

TEST_F(RunningCallTest, falls_silent_at_once_when_it_is_interrupted) {
  chat_.pieces = {"This is a long sentence that goes on for a while. ", "And one more follows it."};
  recognizer_.words = {"Tell me.", "No, wait, something else."};
  begin();
  wait(600);
  speak(1'000);
  wait(700);
  ASSERT_TRUE(leg_->played.ends_with("vvv"));
  auto before = leg_->played.size();
  speak(1'000);

  // A window of the detector, the voice it wants to hear, and one frame.
  EXPECT_LE(leg_->played.find('s', before) - before, (96U + 64U) / frame_ms + 1);
  EXPECT_FALSE(leg_->played.substr(before + 8).contains('v'));
  EXPECT_GE(leg_->flushes, 1);
  auto interrupted = log_.lines.at(2);
  EXPECT_TRUE(interrupted.is_interrupted);
  EXPECT_THAT(interrupted.text, testing::StartsWith("This is a long"));
  EXPECT_LT(interrupted.text.size(), 48U);
}

TEST_F(RunningCallTest, goes_on_after_a_short_sound) {
  chat_.pieces = {"This is a long sentence that goes on for a while."};
  recognizer_.words = {"Tell me.", ""};
  begin();
  wait(600);
  speak(1'000);
  wait(1'000);
  speak(160);
  wait(3'000);

  EXPECT_EQ(chat_.questions.size(), 1U);
  EXPECT_EQ(lines().back(), "agent: This is a long sentence that goes on for a while.");
  EXPECT_FALSE(log_.lines.back().is_interrupted);
}

TEST_F(RunningCallTest, hands_over_after_the_last_word) {
  chat_.decision = {.wants_transfer = true, .transfer_queue = "sales"};
  begin();
  wait(600);
  speak(1'000);
  wait(4'000);

  EXPECT_EQ(leg_->end, CallEnd::transferred);
  EXPECT_EQ(leg_->transfer_target, "sales");
  EXPECT_TRUE(leg_->played.ends_with("ssss"));
  ASSERT_TRUE(log_.outcome);
  EXPECT_EQ(log_.outcome->end, CallEnd::transferred);
  EXPECT_EQ(over_, 1);
}

TEST_F(RunningCallTest, asks_whether_somebody_is_there_and_ends) {
  begin();
  wait(60'000);

  EXPECT_THAT(lines(), ElementsAre("agent: Hello there.", "agent: Are you still there?",
                                   "agent: Are you still there?",
                                   "agent: I cannot hear you any more. Goodbye."));
  EXPECT_EQ(leg_->end, CallEnd::idle);
}

TEST_F(RunningCallTest, ends_when_no_audio_arrives) {
  begin();
  without_audio(31'000);
  EXPECT_EQ(leg_->end, CallEnd::media_silence);
}

TEST_F(RunningCallTest, says_so_and_ends_at_its_time_limit) {
  limits_.duration_max = std::chrono::seconds(5);
  begin();
  wait(14'000);

  EXPECT_EQ(leg_->end, CallEnd::time_limit);
  EXPECT_EQ(lines().back(), "agent: We have reached the time limit of this call. Goodbye.");
}

TEST_F(RunningCallTest, says_so_and_ends_without_credits) {
  log_.credits_ms = 3'000;
  begin();
  wait(14'000);

  EXPECT_EQ(leg_->end, CallEnd::no_credits);
  ASSERT_TRUE(log_.outcome);
  EXPECT_EQ(log_.outcome->end, CallEnd::no_credits);
}

TEST_F(RunningCallTest, says_when_an_answer_failed_and_goes_on) {
  chat_.failure = Error{.code = ErrorCode::unavailable, .message = "The model is away"};
  begin();
  wait(600);
  speak(1'000);
  wait(3'000);

  EXPECT_THAT(lines().back(), testing::StartsWith("agent: I am sorry"));
  EXPECT_FALSE(leg_->end);
}

TEST_F(RunningCallTest, takes_keyed_digits_as_an_answer) {
  begin();
  wait(600);
  for (char digit : std::string("42#")) call_->digit(digit);
  wait(1'000);
  EXPECT_THAT(chat_.questions, ElementsAre("42"));
}

TEST_F(RunningCallTest, ends_with_its_caller_in_the_middle_of_an_answer) {
  begin();
  wait(600);
  speak(1'000);
  wait(400);
  call_->end(CallEnd::caller_hung_up);
  wait(200);

  ASSERT_TRUE(log_.outcome);
  EXPECT_EQ(log_.outcome->end, CallEnd::caller_hung_up);
  EXPECT_EQ(log_.outcome->turns, 1);
  EXPECT_EQ(over_, 1);
  EXPECT_EQ(call_.use_count(), 1);
}

TEST_F(RunningCallTest, leaves_silence_to_those_who_say_when_they_have_finished) {
  leg_->is_silent_at_times = true;
  begin();
  wait(600);
  call_->take_turns(false);
  without_audio(90'000);

  EXPECT_FALSE(call_->is_over());
  EXPECT_THAT(lines(), ElementsAre("agent: Hello there."));
}

}  // namespace
}  // namespace aiva::voice
