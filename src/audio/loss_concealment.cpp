#include "audio/loss_concealment.h"

#include <algorithm>
#include <cmath>

namespace aiva::audio {
namespace {

std::size_t part_of(int rate, int divisor) { return static_cast<std::size_t>(rate / divisor); }

// Goes from `from` to `to` as `step` goes from 0 to `steps`.
std::int16_t blend(std::int16_t from, std::int16_t to, std::size_t step, std::size_t steps) {
  const auto part = static_cast<std::int64_t>(step);
  const auto whole = static_cast<std::int64_t>(steps);
  return static_cast<std::int16_t>((from * (whole - part) + to * part) / whole);
}

}  // namespace

LossConcealment::LossConcealment(int rate)
    : lag_min_(part_of(rate, 400)),
      lag_max_(part_of(rate, 66)),
      span_(part_of(rate, 50)),
      steady_(part_of(rate, 100)),
      fade_(part_of(rate, 20)),
      history_(lag_max_ + lag_max_ / 4 + span_) {}

void LossConcealment::hear(std::span<std::int16_t> samples) {
  if (missing_ > 0) {
    const auto overlap = std::min(samples.size(), std::max<std::size_t>(1, period_.size() / 4));
    for (std::size_t i = 0; i < overlap; ++i)
      samples[i] = blend(next_sample(), samples[i], i + 1, overlap + 1);
    missing_ = 0;
  }
  const auto fresh = samples.last(std::min(samples.size(), history_.size()));
  std::shift_left(history_.begin(), history_.end(), static_cast<std::ptrdiff_t>(fresh.size()));
  std::ranges::copy(fresh, history_.end() - static_cast<std::ptrdiff_t>(fresh.size()));
}

// The lag at which the end of what was heard is most like itself.
void LossConcealment::find_period() {
  const auto end = history_.size();
  const std::span recent(history_.data() + end - span_, span_);
  double best = -1;
  std::size_t pitch = lag_min_;
  for (auto lag = lag_min_; lag <= lag_max_; ++lag) {
    const std::span before(history_.data() + end - span_ - lag, span_);
    std::int64_t product = 0;
    std::int64_t power = 0;
    for (std::size_t i = 0; i < span_; ++i) {
      product += std::int32_t{recent[i]} * before[i];
      power += std::int32_t{before[i]} * before[i];
    }
    const double likeness =
        static_cast<double>(product) / std::sqrt(static_cast<double>(power) + 1);
    if (likeness <= best) continue;
    best = likeness;
    pitch = lag;
  }
  period_.assign(history_.end() - static_cast<std::ptrdiff_t>(pitch), history_.end());
  // Its end goes over into what came before its beginning, so that it can be played in a circle.
  const auto overlap = pitch / 4;
  for (std::size_t i = 0; i < overlap; ++i)
    period_[pitch - overlap + i] = blend(period_[pitch - overlap + i],
                                         history_[end - pitch - overlap + i], i + 1, overlap + 1);
  position_ = 0;
}

std::int16_t LossConcealment::next_sample() {
  const auto faded = missing_ < steady_ ? 0 : std::min(missing_ - steady_, fade_);
  const auto sample = blend(period_[position_], 0, faded, fade_);
  position_ = (position_ + 1) % period_.size();
  ++missing_;
  return sample;
}

void LossConcealment::make_up(std::span<std::int16_t> samples) {
  if (missing_ == 0) find_period();
  for (auto& sample : samples) sample = next_sample();
}

}  // namespace aiva::audio
