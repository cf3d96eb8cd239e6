#include "audio/energy_gate.h"

#include <algorithm>
#include <cmath>

namespace aiva::audio {
namespace {

constexpr double silence_db = -96;
constexpr double noise_db_min = -65;
constexpr double noise_db_max = -25;
constexpr double rise_db_a_frame = 0.06;
constexpr double fall_part_a_frame = 0.3;

}  // namespace

double measure_level_db(std::span<const std::int16_t> samples) {
  if (samples.empty()) return silence_db;
  std::int64_t sum = 0;
  std::int64_t squares = 0;
  for (const std::int32_t sample : samples) {
    sum += sample;
    squares += sample * sample;
  }
  const auto count = static_cast<double>(samples.size());
  const double mean = static_cast<double>(sum) / count;
  const double power = static_cast<double>(squares) / count - mean * mean;
  if (power < 1) return silence_db;
  return std::max(silence_db, 10 * std::log10(power / (32'768.0 * 32'768.0)));
}

bool EnergyGate::may_hold_voice(std::span<const std::int16_t> frame) {
  level_db_ = measure_level_db(frame);
  const bool is_loud = level_db_ >= std::max(noise_db_ + options_.margin_db, options_.level_min_db);
  if (level_db_ < noise_db_)
    noise_db_ += (level_db_ - noise_db_) * fall_part_a_frame;
  else
    noise_db_ += std::min(rise_db_a_frame, level_db_ - noise_db_);
  noise_db_ = std::clamp(noise_db_, noise_db_min, noise_db_max);
  if (is_loud) {
    frames_left_ = options_.frames_held_open;
    return true;
  }
  if (frames_left_ == 0) return false;
  --frames_left_;
  return true;
}

}  // namespace aiva::audio
