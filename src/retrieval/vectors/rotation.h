#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aiva::retrieval {

// A random rotation of the space, the same for ever for a dimension: signs and Walsh-Hadamard
// transforms by turns. It spreads the few large components that real embeddings have over all
// dimensions, which one bit or one byte for each of them needs to be worth it.
class Rotation {
 public:
  explicit Rotation(std::size_t dimension);

  [[nodiscard]] std::size_t dimension() const { return dimension_; }
  [[nodiscard]] std::size_t rotated() const { return rotated_; }
  // in has `dimension`, out `rotated` floats. Lengths and angles stay as they are.
  void apply(const float* in, float* out) const;

 private:
  std::size_t dimension_;
  std::size_t rotated_;
  std::size_t power_;                 // the largest power of two within rotated_
  std::vector<std::uint64_t> signs_;  // a bit of each dimension and round; set: positive
};

}  // namespace aiva::retrieval
