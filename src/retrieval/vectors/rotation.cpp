#include "retrieval/vectors/rotation.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "retrieval/vectors/layout.h"
#include "retrieval/vectors/vector_kernels.h"

namespace aiva::retrieval {
namespace {

constexpr std::size_t rounds = 4;

// SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = (state ^ state >> 30) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebU;
  return mixed ^ mixed >> 31;
}

}  // namespace

Rotation::Rotation(std::size_t dimension)
    : dimension_(dimension),
      rotated_(rotated_dimension(dimension)),
      power_(std::bit_floor(rotated_)),
      signs_(rotated_ / 64 * rounds) {
  std::uint64_t state = dimension;
  for (auto& signs : signs_) signs = next_random(state);
}

void Rotation::apply(const float* in, float* out) const {
  std::copy_n(in, dimension_, out);
  std::fill(out + dimension_, out + rotated_, 0.0F);
  const auto& kernels = vector_kernels();
  const float length = 1 / std::sqrt(static_cast<float>(power_));
  for (std::size_t round = 0; round < rounds; ++round) {
    const std::uint64_t* signs = signs_.data() + round * (rotated_ / 64);
    // The transform covers the first or the last power_ dimensions by turns and lengthens them.
    // Both bounds of that part are multiples of 64.
    const std::size_t first = round % 2 == 0 ? 0 : rotated_ - power_;
    const std::size_t rest = rotated_ - power_;
    kernels.set_signs(out + first, signs + first / 64, power_, length);
    const std::size_t other = first == 0 ? power_ : 0;
    kernels.set_signs(out + other, signs + other / 64, rest, 1);
    kernels.hadamard(out + first, power_);
  }
}

}  // namespace aiva::retrieval
