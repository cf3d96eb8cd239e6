#include "audio/beep_detector.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "audio/energy_gate.h"

namespace aiva::audio {
namespace {

constexpr double step_hertz = 25;
constexpr int frame_ms = 20;

}  // namespace

BeepDetector::BeepDetector(int rate, const BeepDetectorOptions& options)
    : options_(options), frame_samples_(static_cast<std::size_t>(rate) * frame_ms / 1000) {
  for (std::size_t at = 0; at < frame_samples_; ++at) {
    auto turn = 2 * std::numbers::pi * (static_cast<double>(at) + 0.5);
    window_.push_back(0.5 - 0.5 * std::cos(turn / static_cast<double>(frame_samples_)));
    window_sum_ += window_.back();
    window_square_ += window_.back() * window_.back();
  }
  for (auto hertz = options.hertz_min; hertz <= options.hertz_max; hertz += step_hertz) {
    frequencies_.push_back(hertz);
    coefficients_.push_back(2 * std::cos(2 * std::numbers::pi * hertz / rate));
  }
}

// A sine of amplitude A has A²/2 of power; under a window w, |X|² at its frequency is (A/2 · Σw)²
// and the windowed power A²/2 · Σw². What they say of A² is compared.
double BeepDetector::tone_of(std::span<const std::int16_t> frame) const {
  if (measure_level_db(frame) < options_.level_min_db) return 0;
  double power = 0;
  std::vector<double> windowed(frame.size());
  for (std::size_t at = 0; at < frame.size(); ++at) {
    windowed[at] = window_[at] * frame[at];
    power += windowed[at] * windowed[at];
  }
  double best = 0;
  double hertz = 0;
  for (std::size_t which = 0; which < frequencies_.size(); ++which) {
    double last = 0;
    double before = 0;
    for (auto sample : windowed) {
      auto next = sample + coefficients_[which] * last - before;
      before = std::exchange(last, next);
    }
    auto strength = last * last + before * before - coefficients_[which] * last * before;
    if (strength <= best) continue;
    best = strength;
    hertz = frequencies_[which];
  }
  auto of_tone = 4 * best / (window_sum_ * window_sum_);
  auto of_all = 2 * power / window_square_;
  return of_tone >= options_.purity_min * of_all ? hertz : 0;
}

std::optional<Beep> BeepDetector::end_tone() {
  auto frames = std::exchange(frames_, 0);
  auto sum = std::exchange(sum_hertz_, 0);
  first_hertz_ = 0;
  auto ms = frames * frame_ms;
  if (ms < options_.ms_min || ms > options_.ms_max) return std::nullopt;
  return Beep{.hertz = sum / frames, .ms = ms};
}

std::optional<Beep> BeepDetector::hear_frame(std::span<const std::int16_t> frame) {
  auto hertz = tone_of(frame);
  std::optional<Beep> ended;
  bool goes_on = hertz > 0 && std::abs(hertz - first_hertz_) <= options_.drift_max_hz;
  if (frames_ > 0 && !goes_on) ended = end_tone();
  if (hertz == 0) return ended;
  if (frames_ == 0) first_hertz_ = hertz;
  sum_hertz_ += hertz;
  ++frames_;
  return ended;
}

std::optional<Beep> BeepDetector::hear(std::span<const std::int16_t> samples) {
  std::optional<Beep> found;
  rest_.insert(rest_.end(), samples.begin(), samples.end());
  std::span<const std::int16_t> left(rest_);
  while (left.size() >= frame_samples_) {
    auto ended = hear_frame(left.first(frame_samples_));
    if (ended) found = ended;
    left = left.subspan(frame_samples_);
  }
  rest_.erase(rest_.begin(), rest_.end() - static_cast<std::ptrdiff_t>(left.size()));
  return found;
}

}  // namespace aiva::audio
