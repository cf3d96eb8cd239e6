#include "capabilities/evaluation/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "foundation/result.h"

namespace aiva::evaluation {
namespace {

constexpr double tail = 0.025;

// SplitMix64 (Steele, Lea and Flood, 2014): small, and the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  // Below `count`, which is more than zero and fits 32 bits.
  std::size_t below(std::size_t count) {
    return static_cast<std::size_t>(((next() >> 32U) * static_cast<std::uint64_t>(count)) >> 32U);
  }

 private:
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    auto value = state_;
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31U);
  }

  std::uint64_t state_;
};

double mean_of(std::span<const double> values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Interval resample(std::span<const double> values, const Resampling& resampling) {
  if (values.empty() || resampling.rounds < 1) return {};
  Dice dice(resampling.seed);
  std::vector<double> means;
  means.reserve(static_cast<std::size_t>(resampling.rounds));
  for (int round = 0; round < resampling.rounds; ++round) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += values[dice.below(values.size())];
    means.push_back(sum / static_cast<double>(values.size()));
  }
  return {.low = percentile(means, tail), .high = percentile(means, 1 - tail)};
}

}  // namespace

Estimate estimate_mean(std::span<const double> values, const Resampling& resampling) {
  return {.mean = mean_of(values), .interval = resample(values, resampling)};
}

PairedDifference compare_pairs(std::span<const double> before, std::span<const double> after,
                               const Resampling& resampling) {
  AIVA_ASSERT(before.size() == after.size());
  PairedDifference difference;
  std::vector<double> changes;
  changes.reserve(before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    changes.push_back(after[i] - before[i]);
    if (changes.back() > 0)
      ++difference.wins;
    else if (changes.back() < 0)
      ++difference.losses;
    else
      ++difference.ties;
  }
  difference.mean = mean_of(changes);
  difference.interval = resample(changes, resampling);
  difference.sign_p = sign_test(difference.wins, difference.losses);
  return difference;
}

double sign_test(std::size_t wins, std::size_t losses) {
  auto count = wins + losses;
  auto least = std::min(wins, losses);
  auto n = static_cast<double>(count);
  double log_ways = 0;  // of choosing k of n
  double probability = 0;
  for (std::size_t k = 0; k <= least; ++k) {
    auto chosen = static_cast<double>(k);
    if (k > 0) log_ways += std::log((n - chosen + 1) / chosen);
    probability += std::exp(log_ways - n * std::log(2.0));
  }
  return std::min(1.0, 2 * probability);
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  auto rank = std::ceil(share * static_cast<double>(values.size()));
  auto last = static_cast<double>(values.size());
  auto place = static_cast<std::ptrdiff_t>(std::clamp(rank, 1.0, last)) - 1;
  std::ranges::nth_element(values, values.begin() + place);
  return values[static_cast<std::size_t>(place)];
}

double area_under_roc(std::span<const double> positives, std::span<const double> negatives) {
  if (positives.empty() || negatives.empty()) return 0.5;
  std::vector<double> sorted(negatives.begin(), negatives.end());
  std::ranges::sort(sorted);
  double above = 0;
  for (double value : positives) {
    auto [first, last] = std::ranges::equal_range(sorted, value);
    above += static_cast<double>(first - sorted.begin()) + static_cast<double>(last - first) / 2;
  }
  return above / (static_cast<double>(positives.size()) * static_cast<double>(negatives.size()));
}

std::vector<std::size_t> draw_sample(std::size_t count, std::size_t count_max, std::uint64_t seed) {
  std::vector<std::size_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0UL);
  if (count <= count_max) return numbers;
  Dice dice(seed);
  for (std::size_t i = 0; i < count_max; ++i)
    std::swap(numbers[i], numbers[i + dice.below(count - i)]);
  numbers.resize(count_max);
  std::ranges::sort(numbers);
  return numbers;
}

}  // namespace aiva::evaluation
