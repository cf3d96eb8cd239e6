#include "capabilities/voice/internal/speech_costs.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "capabilities/voice/testing/scripted_realtime.h"
#include "capabilities/voice/testing/scripted_streams.h"
#include "capabilities/voice/testing/voice_fakes.h"

namespace aiva::voice {
namespace {

TEST(SpeechCosts, follow_the_prices_of_audio_and_text) {
  EXPECT_EQ(cost_of(RealtimeUsage{}), 0);
  EXPECT_EQ(cost_of({.audio_in = 600}), 60'000);     // a minute heard, 100 USD a million
  EXPECT_EQ(cost_of({.audio_out = 1200}), 240'000);  // a minute spoken, 200 USD
  EXPECT_EQ(cost_of({.text_in = 1000, .text_out = 1000}), 5'000 + 20'000);
  EXPECT_EQ(
      cost_of({.text_in = 1000, .audio_in = 100, .cached_text_in = 600, .cached_audio_in = 50}),
      400 * 5 + 600 * 5 / 2 + 50 * 100 + 50 * 20);
  EXPECT_EQ(cost_of({.cached_text_in = 1000}), 0);  // no more is cached than came in
}

TEST(SpeechCosts, stay_a_number_for_tokens_nobody_can_have_used) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  EXPECT_GT(cost_of({.text_in = most, .audio_in = most, .text_out = most, .audio_out = most}), 0);
}

TEST(SpeechCosts, follow_what_is_heard_and_said_at_a_provider) {
  ScriptedRecognizer recognizer;
  EXPECT_EQ(cost_of_hearing(recognizer, 60), 0);
  EXPECT_EQ(cost_of_saying("tone", "Hello"), 0);

  recognizer.name = "deepgram";
  EXPECT_EQ(cost_of_hearing(recognizer, 60), 5'900);
  EXPECT_EQ(cost_of_hearing(recognizer, 1), 99);
  EXPECT_EQ(cost_of_hearing(recognizer, -1), 0);
  EXPECT_EQ(cost_of_saying("deepgram", std::string(1000, 'a')), 15'000);
  EXPECT_EQ(cost_of_saying("deepgram", "\u00e4"), 15);
}

TEST(SpeechCosts, follow_the_time_of_streams_and_sessions) {
  ScriptedStreams streams;
  EXPECT_EQ(cost_of_stream(streams, 60'000), 0);

  streams.provider_name = "deepgram";
  streams.model_name = "nova-3";
  EXPECT_EQ(cost_of_stream(streams, 60'000), 5'900);
  EXPECT_EQ(cost_of_stream(streams, 1), 1);
  EXPECT_EQ(cost_of_stream(streams, -1), 0);
  streams.model_name = "flux-general-en";
  EXPECT_EQ(cost_of_stream(streams, 60'000), 6'500);
  streams.model_name = "flux-general-multi";
  EXPECT_EQ(cost_of_stream(streams, 60'000), 7'800);

  ScriptedRealtimeModel model;
  EXPECT_EQ(cost_of_session(model, 60'000), 0);
  model.name = "deepgram";
  EXPECT_EQ(cost_of_session(model, 30'000), 40'000);
}

}  // namespace
}  // namespace aiva::voice
