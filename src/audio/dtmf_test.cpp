#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "audio/dtmf_detector.h"
#include "audio/g711.h"
#include "audio/tone_generator.h"

namespace aiva::audio {
namespace {

std::vector<std::int16_t> play(std::vector<Tone> tones, int rate = DtmfDetector::rate) {
  ToneGenerator generator(std::move(tones), rate);
  std::vector<std::int16_t> samples;
  std::vector<std::int16_t> frame(static_cast<std::size_t>(rate / 50));
  while (generator.fill(frame)) samples.insert(samples.end(), frame.begin(), frame.end());
  return samples;
}

std::string hear(std::span<const std::int16_t> samples, std::size_t piece = 160) {
  DtmfDetector detector;
  std::string digits;
  for (; !samples.empty(); samples = samples.subspan(std::min(piece, samples.size())))
    digits += detector.hear(samples.first(std::min(piece, samples.size())));
  return digits;
}

TEST(Dtmf, every_key_is_heard_as_it_was_played) {
  constexpr std::string_view keys = "1234567890*#ABCD";
  auto samples = play(make_dtmf(keys).value());
  EXPECT_EQ(samples.size(), 16U * 180 * 8);

  EXPECT_EQ(hear(samples), keys);
  EXPECT_EQ(hear(samples, 17), keys);
}

TEST(Dtmf, short_quiet_and_repeated_keys_are_heard_over_a_telephone) {
  std::mt19937 random(3);
  for (double level_db : {-7.0, -13.0, -30.0}) {
    auto tones = make_dtmf("5551w3", 60, 60).value();
    for (auto& tone : tones) tone.level_db = level_db;
    auto samples = play(tones);
    for (auto& sample : samples)
      sample = static_cast<std::int16_t>(sample + static_cast<int>(random() % 41) - 20);
    std::vector<std::uint8_t> bytes(samples.size());
    encode_g711(G711Law::a, samples, bytes);
    decode_g711(G711Law::a, bytes, samples);

    EXPECT_EQ(hear(samples), "55513") << level_db;
  }
}

TEST(Dtmf, tells_while_a_key_sounds) {
  auto samples = play(make_dtmf("7", 100, 100).value());
  DtmfDetector detector;
  detector.hear(std::span(samples).first(640));
  EXPECT_TRUE(detector.is_sounding());
  detector.hear(std::span(samples).subspan(640));
  EXPECT_FALSE(detector.is_sounding());
}

TEST(Dtmf, noise_and_ringing_are_no_keys) {
  std::mt19937 random(9);
  std::vector<std::int16_t> noise(10 * 8000);
  for (auto& sample : noise) sample = static_cast<std::int16_t>(random() % 20'000 - 10'000);

  EXPECT_EQ(hear(noise), "");
  EXPECT_EQ(hear(play(make_ringback(false))), "");
  EXPECT_EQ(hear(play(make_ringback(true))), "");
  EXPECT_EQ(hear(play(make_beep())), "");
}

TEST(ToneGenerator, keeps_its_cadence_and_does_not_click) {
  ToneGenerator generator(make_ringback(true), 8000, true);
  std::vector<std::int16_t> samples(8000 * 11);
  EXPECT_TRUE(generator.fill(samples));

  for (std::size_t second = 0; second < 11; ++second) {
    double power = 0;
    int jump = 0;
    for (std::size_t i = second * 8000 + 1; i < (second + 1) * 8000; ++i) {
      power += static_cast<double>(samples[i]) * samples[i];
      jump = std::max(jump, std::abs(samples[i] - samples[i - 1]));
    }
    EXPECT_EQ(power > 0, second % 5 == 0) << second;
    EXPECT_LT(jump, 1200) << second;
  }
}

TEST(ToneGenerator, ends_and_takes_no_nonsense) {
  ToneGenerator nothing({{.hertz = 0}, {}}, 8000, true);
  std::vector<std::int16_t> frame(160, 7);
  EXPECT_FALSE(nothing.fill(frame));
  EXPECT_EQ(frame, std::vector<std::int16_t>(160));

  EXPECT_EQ(make_dtmf("12x").error().code, ErrorCode::invalid);
  EXPECT_EQ(make_dtmf(std::string(65, '1')).error().code, ErrorCode::invalid);
  EXPECT_TRUE(make_dtmf("").value().empty());
}

}  // namespace
}  // namespace aiva::audio
