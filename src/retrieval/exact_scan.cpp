#include "retrieval/exact_scan.h"

#include <algorithm>
#include <array>

#include "foundation/result.h"
#include "retrieval/kernels.h"

namespace aiva::retrieval {
namespace {

// One word of the dead bits; the scores of a block stay in the first cache.
constexpr std::size_t block_rows = 64;

}  // namespace

void exact_scan(const VectorRows& rows, std::span<const float> query, std::uint64_t first_key,
                TopK<std::uint64_t>& top) {
  AIVA_ASSERT(query.size() == rows.dimension);
  AIVA_ASSERT(rows.dead.empty() || rows.dead.size() * block_rows >= rows.count);
  const auto dot_rows = kernels().dot_rows;
  std::array<float, block_rows> scores;
  for (std::size_t first = 0; first < rows.count; first += block_rows) {
    const auto count = std::min(block_rows, rows.count - first);
    const std::uint64_t dead = rows.dead.empty() ? 0 : rows.dead[first / block_rows];
    if (dead == ~std::uint64_t{0}) continue;
    dot_rows(query.data(), rows.values + first * rows.dimension, count, rows.dimension,
             scores.data());
    for (std::size_t i = 0; i < count; ++i)
      if (scores[i] >= top.score_min() && (dead >> i & 1U) == 0)
        top.offer(scores[i], first_key + first + i);
  }
}

}  // namespace aiva::retrieval
