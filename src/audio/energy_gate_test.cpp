#include "audio/energy_gate.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

namespace aiva::audio {
namespace {

using Frame = std::array<std::int16_t, 160>;

// Noise of a level in dB of full scale.
class Line {
 public:
  Frame frame(double level_db, std::int16_t direct_current = 0) {
    Frame frame;
    const double size = 32'768 * std::pow(10, level_db / 20);
    for (auto& sample : frame)
      sample = static_cast<std::int16_t>(direct_current + size * noise_(random_));
    return frame;
  }

 private:
  std::mt19937 random_{5};
  std::normal_distribution<double> noise_;
};

TEST(EnergyGate, measures_levels_in_decibels) {
  Line line;
  EXPECT_NEAR(measure_level_db(line.frame(-20)), -20, 1);
  EXPECT_NEAR(measure_level_db(line.frame(-40, 5000)), -40, 1);
  EXPECT_DOUBLE_EQ(measure_level_db(Frame{}), -96);
  EXPECT_DOUBLE_EQ(measure_level_db({}), -96);
}

TEST(EnergyGate, opens_with_the_first_loud_frame_and_closes_behind_the_last) {
  struct Case {
    double noise_db;
    double voice_db;
  };
  for (auto [noise_db, voice_db] : {Case{-96, -45}, Case{-60, -40}, Case{-45, -25}}) {
    Line line;
    EnergyGate gate;
    for (int i = 0; i < 700; ++i) gate.may_hold_voice(line.frame(noise_db));
    EXPECT_FALSE(gate.may_hold_voice(line.frame(noise_db))) << noise_db;

    EXPECT_TRUE(gate.may_hold_voice(line.frame(voice_db))) << noise_db;

    int open = 0;
    while (gate.may_hold_voice(line.frame(noise_db)) && open < 100) ++open;
    EXPECT_EQ(open, EnergyGateOptions{}.frames_held_open) << noise_db;
  }
}

TEST(EnergyGate, stays_open_while_somebody_speaks_with_pauses) {
  Line line;
  EnergyGate gate;
  for (int i = 0; i < 100; ++i) gate.may_hold_voice(line.frame(-60));
  // 30 s of words of 0.4 s with 0.1 s between them.
  for (int i = 0; i < 1500; ++i)
    EXPECT_TRUE(gate.may_hold_voice(line.frame(i % 25 < 20 ? -25 : -60))) << i;
}

TEST(EnergyGate, gets_used_to_a_louder_line) {
  Line line;
  EnergyGate gate;
  for (int i = 0; i < 100; ++i) gate.may_hold_voice(line.frame(-60));
  int open = 0;
  for (int i = 0; i < 500; ++i) open += gate.may_hold_voice(line.frame(-42)) ? 1 : 0;

  EXPECT_LT(open, 250);  // 5 s
  EXPECT_FALSE(gate.may_hold_voice(line.frame(-42)));
}

}  // namespace
}  // namespace aiva::audio
