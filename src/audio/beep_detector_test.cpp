#include "audio/beep_detector.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "audio/tone_generator.h"

namespace aiva::audio {
namespace {

constexpr int rate = 8000;

std::vector<std::int16_t> played(std::vector<Tone> tones, int at_rate = rate) {
  std::vector<std::int16_t> samples;
  ToneGenerator generator(std::move(tones), at_rate);
  std::vector<std::int16_t> frame(static_cast<std::size_t>(at_rate) / 50);
  while (generator.fill(frame)) samples.insert(samples.end(), frame.begin(), frame.end());
  samples.resize(samples.size() + frame.size() * 5);
  return samples;
}

std::optional<Beep> beep_in(const std::vector<std::int16_t>& samples, std::size_t piece = 160,
                            int at_rate = rate) {
  BeepDetector detector(at_rate);
  std::optional<Beep> found;
  for (auto left = std::span(samples); !left.empty();) {
    auto next = left.first(std::min(piece, left.size()));
    if (auto beep = detector.hear(next)) found = beep;
    left = left.subspan(next.size());
  }
  return found;
}

class BeepOf : public testing::TestWithParam<double> {};

TEST_P(BeepOf, a_machine_is_heard_at_any_frequency_with_noise_on_the_line) {
  auto hertz = GetParam();
  auto samples = played({{.off_ms = 300}, {.hertz = hertz, .on_ms = 400, .level_db = -20}});
  std::mt19937 random(3);
  std::normal_distribution<double> noise(0, 300);
  for (auto& sample : samples) sample = static_cast<std::int16_t>(sample + noise(random));

  auto beep = beep_in(samples);

  ASSERT_TRUE(beep);
  EXPECT_NEAR(beep->hertz, hertz, 20);
  EXPECT_NEAR(beep->ms, 400, 40);
}

INSTANTIATE_TEST_SUITE_P(Frequencies, BeepOf,
                         testing::Values(400.0, 440.0, 612.5, 1000.0, 1387.0, 1400.0, 2000.0));

TEST(BeepDetector, hears_at_other_rates_and_in_any_pieces) {
  for (int at_rate : {8000, 16'000, 24'000})
    for (std::size_t piece : {1U, 77U, 5000U})
      EXPECT_TRUE(beep_in(played({{.hertz = 1000, .on_ms = 300}}, at_rate), piece, at_rate))
          << at_rate << " " << piece;
}

TEST(BeepDetector, takes_no_other_sound_for_a_beep) {
  EXPECT_FALSE(beep_in(played({{.hertz = 1000, .on_ms = 150}})));
  EXPECT_FALSE(beep_in(played({{.hertz = 300, .on_ms = 400}})));
  EXPECT_FALSE(beep_in(played({{.hertz = 2300, .on_ms = 400}})));
  EXPECT_FALSE(beep_in(played({{.hertz = 1000, .on_ms = 400, .level_db = -60}})));
  EXPECT_FALSE(beep_in(played({{.hertz = 1000, .on_ms = 5000}})));
  EXPECT_FALSE(beep_in(played(*make_dtmf("123456789", 400))));
  EXPECT_FALSE(beep_in(played(make_ringback(false))));
}

// A voice: harmonics of a pitch that wavers, as in a vowel that is held.
TEST(BeepDetector, takes_no_held_vowel_for_a_beep) {
  for (double pitch : {110.0, 180.0, 220.0, 300.0}) {
    std::vector<std::int16_t> samples;
    double phase = 0;
    for (int at = 0; at < rate; ++at) {
      auto hertz = pitch * (1 + 0.03 * std::sin(2 * std::numbers::pi * 5 * at / rate));
      phase += 2 * std::numbers::pi * hertz / rate;
      double sample = 0;
      for (int harmonic = 1; harmonic <= 12; ++harmonic) {
        auto from_formant = (hertz * harmonic - 600) / 250;
        sample += std::sin(phase * harmonic) * std::exp(-from_formant * from_formant / 2);
      }
      samples.push_back(static_cast<std::int16_t>(5000 * sample));
    }
    samples.resize(samples.size() + 1600);
    EXPECT_FALSE(beep_in(samples)) << pitch;
  }
}

}  // namespace
}  // namespace aiva::audio
