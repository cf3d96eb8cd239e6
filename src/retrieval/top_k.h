#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace aiva::retrieval {

// Keeps the `count_max` best scored keys seen so far. Of equal scores the smaller key is better,
// so the result does not depend on the order of offers. NaN scores are never kept.
template <class Key>
class TopK {
 public:
  struct Entry {
    float score = 0;
    Key key{};
  };

  explicit TopK(std::size_t count_max) : count_max_(count_max) {}

  void offer(float score, Key key) {
    // Also false for NaN.
    if (!(score >= score_min_)) return;
    const Entry entry{score, key};
    if (heap_.size() == count_max_) {
      if (count_max_ == 0 || !is_better(entry, heap_.front())) return;
      std::ranges::pop_heap(heap_, is_better);
      heap_.pop_back();
    }
    heap_.push_back(entry);
    std::ranges::push_heap(heap_, is_better);
    if (heap_.size() == count_max_) score_min_ = heap_.front().score;
  }

  // The least score that may still be kept.
  [[nodiscard]] float score_min() const { return score_min_; }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }

  // The kept entries, best first; leaves this empty.
  std::vector<Entry> take() {
    std::ranges::sort(heap_, is_better);
    score_min_ = -std::numeric_limits<float>::infinity();
    return std::exchange(heap_, {});
  }

 private:
  static bool is_better(const Entry& a, const Entry& b) {
    return a.score != b.score ? a.score > b.score : a.key < b.key;
  }

  std::size_t count_max_;
  float score_min_ = -std::numeric_limits<float>::infinity();
  std::vector<Entry> heap_;  // the worst kept entry in front
};

}  // namespace aiva::retrieval
