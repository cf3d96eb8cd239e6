#pragma once

#include <cmath>
#include <cstddef>
#include <random>
#include <span>
#include <vector>

#include "retrieval/vectors/vectors.h"

namespace aiva::retrieval {

// Vectors as text encoders make them: a common direction, clusters within a space of few
// dimensions, noise over all of them; of unit length when so asked.
struct MadeVectors {
  std::size_t dimension = 64;
  std::size_t latent = 40;    // dimensions of the space the clusters lie in
  std::size_t clusters = 50;  // 1: none
  float noise = 0.6F;
  bool is_unit = true;
};

class VectorMaker {
 public:
  VectorMaker(const MadeVectors& kind, unsigned seed) : kind_(kind), generator_(seed) {
    axes_ = normals(kind.latent * kind.dimension);
    for (std::size_t i = 0; i < axes_.size(); ++i)
      axes_[i] *= std::pow(static_cast<float>(i / kind.dimension) + 1, -0.35F);
    centres_ = normals(kind.clusters * kind.latent);
    mean_ = normals(kind.dimension);
    for (auto& value : mean_) value *= 1.5F;
  }

  std::vector<float> make(std::size_t count) {
    std::vector<float> rows;
    rows.reserve(count * kind_.dimension);
    for (std::size_t i = 0; i < count; ++i) add_row(rows);
    return rows;
  }

 private:
  std::vector<float> normals(std::size_t count) {
    std::vector<float> values(count);
    for (auto& value : values) value = normal_(generator_);
    return values;
  }

  void add_row(std::vector<float>& rows) {
    const std::size_t cluster = generator_() % kind_.clusters;
    std::vector<float> row = normals(kind_.dimension);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = mean_[i] + kind_.noise * row[i];
    for (std::size_t axis = 0; axis < kind_.latent; ++axis) {
      const float along = centres_[cluster * kind_.latent + axis] + 0.6F * normal_(generator_);
      const float* direction = axes_.data() + axis * kind_.dimension;
      for (std::size_t i = 0; i < row.size(); ++i) row[i] += along * direction[i];
    }
    float norm = 0;
    for (const float value : row) norm += value * value;
    const float length = kind_.is_unit ? 1 / std::sqrt(norm) : 0.1F;
    for (const float value : row) rows.push_back(value * length);
  }

  MadeVectors kind_;
  std::mt19937 generator_;
  std::normal_distribution<float> normal_;
  std::vector<float> axes_;
  std::vector<float> centres_;
  std::vector<float> mean_;
};

// Rows of floats end to end, as build_vectors reads them; `rows` must outlive the reader.
inline RowReader reader_of(std::span<const float> rows, std::size_t dimension) {
  return [rows, dimension](std::size_t first, std::size_t count, float* out) {
    std::ranges::copy(rows.subspan(first * dimension, count * dimension), out);
  };
}

inline float exact_score(Metric metric, const float* a, const float* b, std::size_t dimension) {
  double sum = 0;
  for (std::size_t i = 0; i < dimension; ++i) {
    const double difference = static_cast<double>(a[i]) - b[i];
    sum += metric == Metric::l2 ? -difference * difference : static_cast<double>(a[i]) * b[i];
  }
  return static_cast<float>(sum);
}

}  // namespace aiva::retrieval
