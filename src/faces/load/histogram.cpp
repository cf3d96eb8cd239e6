#include "faces/load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace aiva::load {

std::size_t Histogram::bucket_of(std::uint64_t value) {
  if (value < exact_count) return value;
  auto dropped = static_cast<std::size_t>(std::bit_width(value)) - exact_bits;
  return exact_count + (dropped - 1) * half + ((value >> dropped) - half);
}

std::uint64_t Histogram::largest_in(std::size_t bucket) {
  if (bucket < exact_count) return bucket;
  auto dropped = (bucket - exact_count) / half + 1;
  auto leading = (bucket - exact_count) % half + half;
  return ((leading + 1) << dropped) - 1;
}

void Histogram::record(std::uint64_t value) {
  value = std::min(value, (std::uint64_t{1} << value_bits) - 1);
  ++buckets_[bucket_of(value)];
  ++count_;
  sum_ += value;
  max_ = std::max(max_, value);
}

void Histogram::add(const Histogram& other) {
  for (std::size_t i = 0; i < bucket_count; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

double Histogram::mean() const {
  return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

std::uint64_t Histogram::percentile(double share) const {
  auto rank = static_cast<std::uint64_t>(
      std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_)));
  rank = std::max<std::uint64_t>(rank, 1);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::min(largest_in(i), max_);
  }
  return max_;
}

}  // namespace aiva::load
