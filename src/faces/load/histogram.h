#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace aiva::load {

// Counts whole numbers, here microseconds, in buckets whose width grows with the numbers (those of
// HdrHistogram, http://hdrhistogram.org): exact below 256, else at most 1/128 too large. Numbers
// beyond 2^32 - 1 (71 minutes) count as that.
class Histogram {
 public:
  static constexpr double error_max = 1.0 / 128;

  void record(std::uint64_t value);
  void add(const Histogram& other);
  void clear() { *this = {}; }

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t max() const { return max_; }  // exact
  [[nodiscard]] double mean() const;                        // exact; 0 when empty
  // The number that a share of all, 0 to 1, does not exceed; 0 when empty.
  [[nodiscard]] std::uint64_t percentile(double share) const;

 private:
  static constexpr int exact_bits = 8;
  static constexpr int value_bits = 32;
  static constexpr std::size_t exact_count = std::size_t{1} << exact_bits;
  static constexpr std::size_t half = exact_count / 2;  // buckets of each power of two beyond
  static constexpr std::size_t bucket_count = exact_count + half * (value_bits - exact_bits);

  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t largest_in(std::size_t bucket);

  std::array<std::uint64_t, bucket_count> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace aiva::load
