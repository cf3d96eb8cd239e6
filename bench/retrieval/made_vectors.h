#pragma once

#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

namespace aiva::bench {

// Unit vectors as text encoders make them: a common direction, clusters in a space of `latent`
// dimensions, noise over all.
struct MadeVectors {
  const char* name = "";
  std::size_t latent = 40;
  std::size_t clusters = 500;
  float noise = 0.6F;
};

inline constexpr MadeVectors clustered{.name = "E clustered"};
inline constexpr MadeVectors half_clustered{
    .name = "H half clustered", .latent = 256, .noise = 1.0F};
inline constexpr MadeVectors unclustered{
    .name = "U unclustered", .latent = 64, .clusters = 1, .noise = 0.6F};

// Nearly normal and much cheaper than exact: the sum of the four words of a random number.
class Normals {
 public:
  explicit Normals(std::uint64_t seed) : state_(seed) {}
  std::uint64_t word() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    return state_ ^= state_ << 17;
  }
  float next() {
    const std::uint64_t bits = word();
    const auto sum = static_cast<float>((bits & 0xffff) + (bits >> 16 & 0xffff) +
                                        (bits >> 32 & 0xffff) + (bits >> 48));
    return (sum - 2 * 65535.0F) / 37837.0F;  // four uniform words have this deviation
  }
  void fill(std::vector<float>& values) {
    for (auto& value : values) value = next();
  }

 private:
  std::uint64_t state_;
};

inline std::vector<float> make_vectors(const MadeVectors& kind, std::size_t count,
                                       std::size_t dimension) {
  Normals normals(88172645463325252U);
  std::vector<float> axes(kind.latent * dimension);
  std::vector<float> centres(kind.clusters * kind.latent);
  std::vector<float> mean(dimension);
  normals.fill(axes);
  normals.fill(centres);
  normals.fill(mean);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = i / dimension;
    axes[i] *= std::pow(static_cast<float>(axis) + 1, -0.35F);
  }
  std::vector<float> rows(count * dimension);
  for (std::size_t at = 0; at < count; ++at) {
    float* row = rows.data() + at * dimension;
    const std::size_t cluster = normals.word() % kind.clusters;
    for (std::size_t i = 0; i < dimension; ++i)
      row[i] = mean[i] * 1.5F + kind.noise * normals.next();
    for (std::size_t axis = 0; axis < kind.latent; ++axis) {
      const float along = centres[cluster * kind.latent + axis] + 0.6F * normals.next();
      const float* direction = axes.data() + axis * dimension;
      for (std::size_t i = 0; i < dimension; ++i) row[i] += along * direction[i];
    }
    float norm = 0;
    for (std::size_t i = 0; i < dimension; ++i) norm += row[i] * row[i];
    const float length = 1 / std::sqrt(norm);
    for (std::size_t i = 0; i < dimension; ++i) row[i] *= length;
  }
  return rows;
}

}  // namespace aiva::bench
