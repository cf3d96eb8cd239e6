#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace aiva::audio {

// A steady tone that has ended.
struct Beep {
  double hertz = 0;
  int ms = 0;
};

struct BeepDetectorOptions {
  double hertz_min = 400;
  double hertz_max = 2000;
  int ms_min = 200;
  int ms_max = 3000;          // longer is no beep but a line's tone
  double level_min_db = -42;  // of full scale
  double purity_min = 0.8;    // the part of the power that is the tone's; 1 without any noise
  double drift_max_hz = 30;   // within a tone
};

// Finds the beep of a machine that answers: one steady tone, in one stream. Each frame of 20 ms is
// weighed by Goertzel's algorithm at frequencies 25 Hz apart, under a Hann window; speech and touch
// tones spread their power over several of them.
class BeepDetector {
 public:
  // `rate`: samples a second, 8000 or more.
  explicit BeepDetector(int rate, const BeepDetectorOptions& options = {});

  // Takes samples, any number; answers the beep that ended within them, of several the last.
  std::optional<Beep> hear(std::span<const std::int16_t> samples);

 private:
  // The frequency of a frame that is one tone; 0 for others.
  [[nodiscard]] double tone_of(std::span<const std::int16_t> frame) const;
  std::optional<Beep> hear_frame(std::span<const std::int16_t> frame);
  std::optional<Beep> end_tone();

  BeepDetectorOptions options_;
  std::size_t frame_samples_;
  std::vector<double> window_{};
  double window_sum_ = 0;
  double window_square_ = 0;
  std::vector<double> frequencies_{};
  std::vector<double> coefficients_{};  // of Goertzel's recurrence, one a frequency
  std::vector<std::int16_t> rest_{};
  double first_hertz_ = 0;  // of the tone that sounds; 0: none
  double sum_hertz_ = 0;
  int frames_ = 0;
};

}  // namespace aiva::audio
