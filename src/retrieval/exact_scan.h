#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "retrieval/top_k.h"

namespace aiva::retrieval {

// Rows of floats end to end, some of them perhaps dead.
struct VectorRows {
  const float* values = nullptr;  // count * dimension
  std::size_t count = 0;
  std::size_t dimension = 0;
  std::span<const std::uint64_t> dead;  // bit i of word i / 64: row i is dead; empty: none is
};

// Offers the dot product of `query` with every row alive under the key first_key + row. Exact but
// for rounding; no allocation but the heap's.
void exact_scan(const VectorRows& rows, std::span<const float> query, std::uint64_t first_key,
                TopK<std::uint64_t>& top);

}  // namespace aiva::retrieval
