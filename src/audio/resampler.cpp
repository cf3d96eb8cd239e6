#include "audio/resampler.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "foundation/result.h"

namespace aiva::audio {
namespace {

constexpr int rate_min = 8000;
constexpr int rate_max = 192'000;
constexpr int ratio_max = 640;
constexpr std::size_t lobes = 32;     // taps a phase at the lower rate
constexpr double band = 0.945;        // where the filter is half down, of half the lower rate
constexpr double kaiser_shape = 6.2;  // 65 dB
constexpr int unit_bits = 14;
constexpr std::size_t lane_count = 16;  // taps are padded to whole vectors

// The modified Bessel function of order 0 (Abramowitz and Stegun 9.6.12).
double bessel_0(double x) {
  double sum = 1;
  double term = 1;
  for (int k = 1; term > sum * 1e-12; ++k) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

// A Kaiser-windowed sinc at `x` input samples from its middle.
double tap(double x, double cutoff, double half_width) {
  const double place = x / half_width;
  if (std::abs(place) >= 1) return 0;
  const double angle = std::numbers::pi * cutoff * x;
  const double sinc = std::abs(angle) < 1e-9 ? 1 : std::sin(angle) / angle;
  return cutoff * sinc * bessel_0(kaiser_shape * std::sqrt(1 - place * place)) /
         bessel_0(kaiser_shape);
}

// One phase's taps, whose sum is exactly one unit, so that no phase is louder than another.
void fill_phase(std::span<std::int16_t> row, double offset, double cutoff, double half_width) {
  const auto before = row.size() / 2 - 1;
  const double middle = static_cast<double>(before) + offset;
  std::vector<double> exact(row.size());
  for (std::size_t i = 0; i < row.size(); ++i)
    exact[i] = tap(static_cast<double>(i) - middle, cutoff, half_width);
  const double sum = std::accumulate(exact.begin(), exact.end(), 0.0);
  constexpr double unit = 1 << unit_bits;
  int rest = 1 << unit_bits;
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = static_cast<std::int16_t>(std::lround(exact[i] / sum * unit));
    rest -= row[i];
  }
  auto largest = std::ranges::max_element(row);
  *largest = static_cast<std::int16_t>(*largest + rest);
}

// Where the next output stands: the first of the samples it looks at, and its phase.
struct Place {
  std::size_t first = 0;
  std::size_t phase = 0;
};

// The filter, one row a phase, and how far outputs are apart.
struct Filter {
  const std::int16_t* taps = nullptr;
  std::size_t count = 0;  // a row; whole vectors
  std::size_t phases = 0;
  std::size_t whole_steps = 0;
  std::size_t phase_steps = 0;
};

// Writes outputs as long as their first sample is at most `last`; returns how many. Compiled twice:
// twice the lanes where the processor has them. ThreadSanitizer is not ready yet when the loader
// chooses.
#if defined(__x86_64__) && !__has_feature(thread_sanitizer)
[[gnu::target_clones("avx2", "default")]]
#endif
std::size_t filter_samples(const Filter& filter, const std::int16_t* samples, std::size_t last,
                           Place& place, std::int16_t* out) {
  constexpr std::int32_t half = 1 << (unit_bits - 1);
  const auto count = filter.count;
  __builtin_assume(count % lane_count == 0 && count > 0);
  const auto* const start = out;
  auto first = place.first;
  auto phase = place.phase;
  while (first <= last) {
    const auto* const from = samples + first;
    const auto* const taps = filter.taps + phase * count;
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += static_cast<std::int32_t>(from[i]) * taps[i];
    *out++ = static_cast<std::int16_t>(std::clamp((sum + half) >> unit_bits, -32768, 32767));
    first += filter.whole_steps;
    phase += filter.phase_steps;
    if (phase >= filter.phases) {
      phase -= filter.phases;
      ++first;
    }
  }
  place = {.first = first, .phase = phase};
  return static_cast<std::size_t>(out - start);
}

}  // namespace

bool can_resample(int from, int to) {
  if (std::min(from, to) < rate_min || std::max(from, to) > rate_max) return false;
  return std::max(from, to) / std::gcd(from, to) <= ratio_max;
}

Resampler::Resampler(int from, int to) {
  AIVA_ASSERT(can_resample(from, to));
  const int divisor = std::gcd(from, to);
  up_ = static_cast<std::size_t>(to / divisor);
  down_ = static_cast<std::size_t>(from / divisor);
  const double lower = std::min(1.0, static_cast<double>(to) / from);
  taps_ = static_cast<std::size_t>(std::ceil(static_cast<double>(lobes) / lower));
  taps_ = (taps_ + lane_count - 1) / lane_count * lane_count;
  filter_.resize(up_ * taps_);
  const double half_width = static_cast<double>(lobes) / lower / 2;
  for (std::size_t phase = 0; phase < up_; ++phase)
    fill_phase(std::span(filter_).subspan(phase * taps_, taps_),
               static_cast<double>(phase) / static_cast<double>(up_), band * lower, half_width);
  reset();
}

void Resampler::reset() {
  // The first output's middle tap looks at the first sample.
  waiting_.assign(taps_ / 2 - 1, 0);
  first_ = phase_ = 0;
  fed_ = given_ = 0;
}

void Resampler::feed(std::span<const std::int16_t> samples, std::vector<std::int16_t>& out) {
  if (up_ == down_) {
    out.insert(out.end(), samples.begin(), samples.end());
    return;
  }
  waiting_.insert(waiting_.end(), samples.begin(), samples.end());
  fed_ += samples.size();
  take(out);
}

void Resampler::take(std::vector<std::int16_t>& out) {
  if (waiting_.size() < first_ + taps_) return;
  const auto start = out.size();
  const auto last = waiting_.size() - taps_;
  // One more than there can be, which is cut off again.
  out.resize(start + (last - first_ + 1) * up_ / down_ + 2);
  const Filter filter{.taps = filter_.data(),
                      .count = taps_,
                      .phases = up_,
                      .whole_steps = down_ / up_,
                      .phase_steps = down_ % up_};
  Place place{.first = first_, .phase = phase_};
  const auto made = filter_samples(filter, waiting_.data(), last, place, out.data() + start);
  out.resize(start + made);
  given_ += made;
  const auto passed = std::min(place.first, waiting_.size());
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(passed));
  first_ = place.first - passed;
  phase_ = place.phase;
}

void Resampler::finish(std::vector<std::int16_t>& out) {
  if (up_ != down_) {
    const auto whole = (fed_ * up_ + down_ - 1) / down_;
    const auto wanted = whole - given_;
    const auto start = out.size();
    waiting_.insert(waiting_.end(), taps_, 0);
    take(out);
    out.resize(start + std::min(wanted, out.size() - start));
  }
  reset();
}

std::vector<std::int16_t> resample(std::span<const std::int16_t> samples, int from, int to) {
  std::vector<std::int16_t> out;
  Resampler resampler(from, to);
  resampler.feed(samples, out);
  resampler.finish(out);
  return out;
}

}  // namespace aiva::audio
