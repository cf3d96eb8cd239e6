#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace aiva::evaluation {

// How intervals are found: by drawing the questions again and again (Efron's bootstrap, percentile
// intervals of 95 %). The same seed gives the same numbers on every machine.
struct Resampling {
  std::uint64_t seed = 1;
  int rounds = 2000;
};

struct Interval {
  double low = 0;
  double high = 0;
};

struct Estimate {
  double mean = 0;
  Interval interval{};
};

// The mean of values, of which there may be none.
Estimate estimate_mean(std::span<const double> values, const Resampling& resampling);

// What changes from `before` to `after`, value by value of the same questions.
struct PairedDifference {
  double mean = 0;  // of after - before
  Interval interval{};
  std::size_t wins = 0;  // questions that are better afterwards
  std::size_t losses = 0;
  std::size_t ties = 0;
  double sign_p = 1;  // two-sided sign test over wins and losses

  // Whether the interval leaves zero out.
  [[nodiscard]] bool is_clear() const { return interval.low > 0 || interval.high < 0; }
};

// Both have the same length.
PairedDifference compare_pairs(std::span<const double> before, std::span<const double> after,
                               const Resampling& resampling);

// The probability of a split at least this uneven when both sides are equally likely.
double sign_test(std::size_t wins, std::size_t losses);

// The value below which `share` (0…1) of the values lie, by the nearest rank; 0 of none.
double percentile(std::vector<double> values, double share);

// How probably a value of `positives` is above one of `negatives` (ties count half): 0.5 where they
// cannot be told apart, 1 where a threshold parts them. 0.5 of none.
double area_under_roc(std::span<const double> positives, std::span<const double> negatives);

// `count_max` of the numbers 0…count-1, drawn by the seed, in ascending order.
std::vector<std::size_t> draw_sample(std::size_t count, std::size_t count_max, std::uint64_t seed);

}  // namespace aiva::evaluation
