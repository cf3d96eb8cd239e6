#include "adapters/onnx/internal/batch_plan.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace aiva {
namespace {

// A longer row may join while the batch computes at most this share of tokens for nothing.
constexpr double padding_share_max = 0.2;

}  // namespace

std::vector<Batch> plan_batches(const std::vector<std::size_t>& lengths, BatchLimits limits) {
  std::vector<std::size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t row) { return std::pair(lengths[row], row); });

  std::vector<Batch> batches;
  std::size_t tokens = 0;  // of the last batch, without padding
  for (auto row : order) {
    const auto length = std::max<std::size_t>(lengths[row], 1);
    bool fits = false;
    if (!batches.empty()) {
      const auto rows = batches.back().rows.size() + 1;
      const auto padded = rows * length;
      const auto padding = static_cast<double>(padded - (tokens + length));
      fits = rows <= limits.rows_max && padded <= limits.tokens_max &&
             padding <= padding_share_max * static_cast<double>(padded);
    }
    if (!fits) {
      batches.emplace_back();
      tokens = 0;
    }
    batches.back().rows.push_back(row);
    batches.back().length = length;
    tokens += length;
  }
  return batches;
}

}  // namespace aiva
