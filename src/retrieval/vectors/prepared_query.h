#pragma once

#include <array>
#include <vector>

#include "retrieval/vectors/layout.h"
#include "retrieval/vectors/vector_kernels.h"

namespace aiva::retrieval {

struct QueryForms {
  VectorShape shape{};
  bool finds_nothing = true;
  std::vector<float> values;   // as given
  std::vector<float> rotated;  // padded to the rotated dimension
};

// The query as one block sees it: less the block's centre. Lives on the stack of a search.
struct BlockQuery {
  BlockQuery(const QueryForms& query, const VectorViews& block);

  // base + factors.offset + factors.scale * this is the score of a row of bytes.
  [[nodiscard]] float score_bytes(const std::uint8_t* row, const RowFactors& factors) const {
    const std::int32_t dot = kernels->dot_bytes(row, bytes.data(), rotated) - 128 * bytes_sum;
    return base + factors.offset + factors.scale * step * static_cast<float>(dot);
  }
  // What the rest of a code adds to Σ ±r.
  [[nodiscard]] float sum_tail(const std::uint8_t* tail) const {
    const std::int32_t sum = kernels->sum_of_bits(tail, bytes.data() + head, rotated - head);
    return step * static_cast<float>(2 * sum - tail_sum);
  }

  const VectorKernels* kernels;
  std::size_t rotated;
  std::size_t head;
  float base = 0;  // the score of the centre, but for l2's and dot's terms of the row alone
  float step = 0;  // r is about step * bytes
  std::int32_t bytes_sum = 0;
  std::int32_t tail_sum = 0;
  float table_offset = 0;  // Σ ±r over the head is table_offset + table_scale * sum of entries
  float table_scale = 0;
  alignas(64) std::array<std::int8_t, vector_dimension_max> bytes;
  alignas(64) std::array<std::uint8_t, head_dimension_max * 4> tables;

 private:
  void make_bytes(std::span<const float> residual, float largest);
  void make_tables(std::span<const float> residual);
};

}  // namespace aiva::retrieval
