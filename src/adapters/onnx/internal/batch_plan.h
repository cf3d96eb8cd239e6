#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aiva {

struct BatchLimits {
  std::size_t tokens_max = 512;  // rows times the longest row, padding included
  std::size_t rows_max = 64;
};

// One run of the model: rows of similar length, shortest first.
struct Batch {
  std::vector<std::size_t> rows;
  std::size_t length = 0;  // of the longest row, at least 1
};

// Groups rows of the given lengths so that little padding is computed. Every row is in exactly one
// batch; a row longer than `tokens_max` gets a batch of its own.
std::vector<Batch> plan_batches(const std::vector<std::size_t>& lengths, BatchLimits limits);

}  // namespace aiva
