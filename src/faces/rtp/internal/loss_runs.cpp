#include "faces/rtp/internal/loss_runs.h"

#include <algorithm>

namespace aiva::rtp {

void LossRuns::Counts::add(bool came) {
  ++numbers;
  if (!came) ++lost;
  if (!came && !is_in_run) ++runs;
  is_in_run = !came;
}

void LossRuns::note(std::uint16_t sequence) {
  auto step = static_cast<std::int16_t>(sequence - newest_);
  if (step > step_max || step < -step_max) restart();
  if (known_ > 0 && step <= 0) {
    if (step > -known_) came_ |= std::uint64_t{1} << -step;
    return;
  }
  if (known_ == 0) step = 1;
  for (; step > 0; --step) {
    if (known_ == remembered) counts_.add((came_ >> (remembered - 1) & 1U) != 0);
    came_ <<= 1U;
    known_ = std::min(known_ + 1, remembered);
  }
  came_ |= 1U;
  newest_ = sequence;
}

void LossRuns::restart() {
  for (int bit = known_ - 1; bit >= 0; --bit) counts_.add((came_ >> bit & 1U) != 0);
  known_ = 0;
  came_ = 0;
}

double LossRuns::burst_ratio() const {
  auto all = *this;
  all.restart();
  const auto& counts = all.counts_;
  if (counts.runs == 0) return 1;
  auto length = static_cast<double>(counts.lost) / static_cast<double>(counts.runs);
  auto share = static_cast<double>(counts.lost) / static_cast<double>(counts.numbers);
  return std::max(1.0, length * (1 - share));
}

}  // namespace aiva::rtp
