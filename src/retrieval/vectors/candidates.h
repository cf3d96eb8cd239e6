#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace aiva::retrieval {

struct Candidate {
  float score = 0;
  std::uint32_t place = 0;  // a row, or its position in the lists

  static bool is_better(const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score > b.score : a.place < b.place;
  }
};

// The best `count_max` of a stream: collects several times as many, then drops the worse ones.
// That is cheaper than a heap when many are offered. NaN scores are never kept. Of equal scores the
// smaller place is better, if places come in rising order; else which is kept depends on the order.
class Candidates {
 public:
  explicit Candidates(std::size_t count_max)
      : count_max_(count_max), capacity_(std::max<std::size_t>(count_max * 4, 512)) {
    kept_.reserve(capacity_);
  }

  // Only greater scores are of interest.
  [[nodiscard]] float least() const { return least_; }

  void offer(float score, std::uint32_t place) {
    if (!(score > least_)) return;
    kept_.push_back({score, place});
    if (kept_.size() == capacity_) prune();
  }

  // The best, in no order; to be asked once.
  [[nodiscard]] std::vector<Candidate>& finish() {
    if (kept_.size() > count_max_) prune();
    return kept_;
  }

 private:
  void prune() {
    if (count_max_ == 0) {
      kept_.clear();
      return;
    }
    auto last = kept_.begin() + static_cast<std::ptrdiff_t>(count_max_ - 1);
    std::ranges::nth_element(kept_, last, Candidate::is_better);
    kept_.resize(count_max_);
    least_ = kept_.back().score;
  }

  std::size_t count_max_;
  std::size_t capacity_;
  float least_ = -std::numeric_limits<float>::infinity();
  std::vector<Candidate> kept_;
};

}  // namespace aiva::retrieval
