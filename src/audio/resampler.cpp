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
constexpr std::size_t lane_count = 8;  // taps are padded to whole vectors

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
  const double middle = static_cast<double>(row.size() / 2 - 1) + offset;
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

std::int32_t sum_of_products(const std::int16_t* a, const std::int16_t* b, std::size_t count) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<std::int32_t>(a[i]) * b[i];
  return sum;
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
  position_ = 0;
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
  if (waiting_.size() >= taps_)
    out.reserve(out.size() + (waiting_.size() - taps_ + 1) * up_ / down_ + 1);
  constexpr std::int32_t half = 1 << (unit_bits - 1);
  for (;; position_ += down_, ++given_) {
    const auto first = position_ / up_;
    if (first + taps_ > waiting_.size()) break;
    const auto sum =
        sum_of_products(waiting_.data() + first, filter_.data() + position_ % up_ * taps_, taps_);
    out.push_back(static_cast<std::int16_t>(std::clamp((sum + half) >> unit_bits, -32768, 32767)));
  }
  const auto passed = std::min(position_ / up_, waiting_.size());
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(passed));
  position_ -= passed * up_;
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
