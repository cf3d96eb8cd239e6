#pragma once

#include <cstdint>
#include <span>

namespace aiva::audio {

struct EnergyGateOptions {
  double margin_db = 9;       // above the noise of the line
  double level_min_db = -52;  // of full scale: nothing quieter is a voice
  int frames_held_open = 15;  // after the last loud one
};

// Says for some microseconds a second which frames of one stream may hold a voice, so that a model
// need not hear silence. The noise of the line is learnt: it is believed to be less at once, to be
// more by 3 dB a second.
class EnergyGate {
 public:
  explicit EnergyGate(const EnergyGateOptions& options = {}) : options_(options) {}

  // Hears the next frame of 20 ms at any rate. It opens with the first loud frame.
  bool may_hold_voice(std::span<const std::int16_t> frame);
  // Of the last frame and of the noise, in dB of full scale.
  [[nodiscard]] double level_db() const { return level_db_; }
  [[nodiscard]] double noise_db() const { return noise_db_; }

 private:
  EnergyGateOptions options_;
  double level_db_ = -96;
  double noise_db_ = -60;
  int frames_left_ = 0;
};

// The power of samples without their direct current, in dB of a full-scale square wave; -96: none.
double measure_level_db(std::span<const std::int16_t> samples);

}  // namespace aiva::audio
