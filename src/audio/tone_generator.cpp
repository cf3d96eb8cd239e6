#include "audio/tone_generator.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace aiva::audio {
namespace {

constexpr std::size_t digits_max = 64;
constexpr int wait_ms = 500;
constexpr double fade_ms = 4;  // a tone that begins at once clicks

std::int64_t to_samples(int ms, int rate) { return std::int64_t{ms} * rate / 1000; }

}  // namespace

Result<std::vector<Tone>> make_dtmf(std::string_view digits, int on_ms, int off_ms) {
  constexpr std::string_view keys = "123A456B789C*0#D";
  constexpr double rows[] = {697, 770, 852, 941};
  constexpr double columns[] = {1209, 1336, 1477, 1633};
  if (digits.size() > digits_max) return fail(invalid_field("digits", "must not be more than 64"));
  std::vector<Tone> tones;
  for (char digit : digits) {
    if (digit == 'w') {
      tones.push_back({.off_ms = wait_ms});
      continue;
    }
    const auto key = keys.find(digit);
    if (key == std::string_view::npos)
      return fail(invalid_field("digits", "must be of 0-9, *, #, A-D and w"));
    tones.push_back({.hertz = rows[key / 4],
                     .second_hertz = columns[key % 4],
                     .on_ms = on_ms,
                     .off_ms = off_ms});
  }
  return tones;
}

std::vector<Tone> make_ringback(bool is_european) {
  if (is_european) return {{.hertz = 425, .on_ms = 1000, .off_ms = 4000, .level_db = -20}};
  return {{.hertz = 440, .second_hertz = 480, .on_ms = 2000, .off_ms = 4000, .level_db = -22}};
}

std::vector<Tone> make_beep() { return {{.hertz = 1000, .on_ms = 250, .level_db = -16}}; }

ToneGenerator::ToneGenerator(std::vector<Tone> tones, int rate, bool repeats)
    : tones_(std::move(tones)), rate_(rate), repeats_(repeats) {}

std::int16_t ToneGenerator::make_sample(const Tone& tone) const {
  const auto on = to_samples(tone.on_ms, rate_);
  if (position_ >= on || tone.hertz <= 0) return 0;
  auto sine = [this](double hertz) {
    // The phase from the position, so that rounding never adds up.
    const double turns = hertz * static_cast<double>(position_) / rate_;
    return std::sin(2 * std::numbers::pi * (turns - std::floor(turns)));
  };
  double value = sine(tone.hertz);
  if (tone.second_hertz > 0) value += sine(tone.second_hertz);
  const double edge = static_cast<double>(std::min(position_, on - position_)) / rate_ * 1000;
  const double size = 32'767 * std::pow(10, tone.level_db / 20) * std::min(1.0, edge / fade_ms);
  return static_cast<std::int16_t>(std::clamp(std::lround(value * size), -32'768L, 32'767L));
}

bool ToneGenerator::fill(std::span<std::int16_t> out) {
  bool is_playing = false;
  for (auto& sample : out) {
    while (tone_ < tones_.size() && position_ >= to_samples(tones_[tone_].on_ms, rate_) +
                                                     to_samples(tones_[tone_].off_ms, rate_)) {
      position_ = 0;
      ++tone_;
      // Tones without any length would go round for ever.
      if (tone_ == tones_.size() && repeats_ && is_playing) tone_ = 0;
    }
    if (tone_ == tones_.size()) {
      sample = 0;
      continue;
    }
    is_playing = true;
    sample = make_sample(tones_[tone_]);
    ++position_;
  }
  return is_playing;
}

}  // namespace aiva::audio
