#include "capabilities/evaluation/internal/exact_comparison.h"

#include <algorithm>
#include <utility>

#include "foundation/result.h"
#include "retrieval/exact_scan.h"
#include "retrieval/kernels.h"

namespace aiva::evaluation {
namespace {

// Sums of products in another order differ by rounding; so near, two rows are equally near.
constexpr float rounding = 1e-5F;

}  // namespace

void ExactComparison::add_query(std::vector<float> vector,
                                const std::vector<PassageHit>& answered) {
  AIVA_ASSERT(vector.size() == dimension_);
  auto query = queries_.size();
  for (const auto& hit : answered) answered_.emplace(hit.chunk, Answered{.query = query});
  queries_.push_back({.vector = std::move(vector)});
}

void ExactComparison::offer(const std::vector<IndexedPassage>& passages) {
  std::vector<float> values;
  std::size_t count = 0;
  for (const auto& passage : passages) {
    if (passage.vector.size() != dimension_) continue;
    values.insert(values.end(), passage.vector.begin(), passage.vector.end());
    ++count;
    auto [first, last] = answered_.equal_range(passage.chunk);
    for (auto entry = first; entry != last; ++entry)
      entry->second.score = retrieval::kernels().dot(queries_[entry->second.query].vector.data(),
                                                     passage.vector.data(), dimension_);
  }
  retrieval::VectorRows rows{
      .values = values.data(), .count = count, .dimension = dimension_, .dead = {}};
  for (auto& query : queries_) retrieval::exact_scan(rows, query.vector, rows_, query.nearest);
  rows_ += count;
}

ExactRecall ExactComparison::result() {
  ExactRecall recall{
      .questions = queries_.size(), .depth = depth, .vectors = static_cast<std::int64_t>(rows_)};
  if (queries_.empty() || rows_ == 0) return recall;
  std::vector<float> least;  // score of the last of the nearest, for each query
  std::vector<std::size_t> wanted;
  for (auto& query : queries_) {
    auto nearest = query.nearest.take();
    least.push_back(nearest.back().score - rounding);
    wanted.push_back(nearest.size());
  }
  std::vector<std::size_t> found(queries_.size(), 0);
  for (const auto& [chunk, answered] : answered_)
    if (answered.score && *answered.score >= least[answered.query]) ++found[answered.query];
  double sum = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    double share = std::min(1.0, static_cast<double>(found[i]) / static_cast<double>(wanted[i]));
    sum += share;
    recall.least = std::min(recall.least, share);
  }
  recall.mean = sum / static_cast<double>(found.size());
  return recall;
}

}  // namespace aiva::evaluation
