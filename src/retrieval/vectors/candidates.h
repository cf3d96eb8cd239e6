#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>
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
      : count_max_(count_max),
        capacity_(std::max<std::size_t>(count_max * 4, 512)),
        scores_(std::make_unique_for_overwrite<float[]>(capacity_ + block)),
        places_(std::make_unique_for_overwrite<std::uint32_t[]>(capacity_ + block)) {}

  // Only greater scores are of interest.
  [[nodiscard]] float least() const { return least_; }

  void offer(float score, std::uint32_t place) {
    if (!(score > least_)) return;
    keep(score, place);
    if (size_ >= capacity_) prune();
  }
  // Of 64 scores in a row those whose bits are set, all of them above least().
  void offer_block(const float* scores, std::uint64_t bits, std::uint32_t first_place) {
    for (; bits != 0; bits &= bits - 1) {
      const int at = std::countr_zero(bits);
      keep(scores[at], first_place + static_cast<std::uint32_t>(at));
    }
    if (size_ >= capacity_) prune();
  }

  // The best, in no order.
  [[nodiscard]] std::vector<Candidate> finish() {
    if (size_ > count_max_) prune();
    std::vector<Candidate> best(size_);
    for (std::size_t i = 0; i < size_; ++i) best[i] = {scores_[i], places_[i]};
    return best;
  }

 private:
  static constexpr std::size_t block = 64;
  static constexpr std::size_t bins = 512;

  void keep(float score, std::uint32_t place) {
    scores_[size_] = score;
    places_[size_] = place;
    ++size_;
  }

  // Leaves the best. Bins of equal width tell most of them apart in two passes without a branch
  // that depends on a score; only the bin at the cut is looked at more closely.
  void prune() {
    const std::span scores(scores_.get(), std::exchange(size_, 0));
    if (count_max_ == 0) return;
    const auto [least, most] = extremes(scores);
    const float width = static_cast<float>(bins - 1) / (most - least);
    // Else all are equal, nearly so, or of damaged rows.
    const bool has_bins = std::isfinite(width) && std::isfinite(most - least);
    auto bin_of = [least, width, has_bins](float score) {
      const int bin = has_bins ? static_cast<int>((score - least) * width) : 0;
      return std::min(static_cast<std::size_t>(bin), bins - 1);
    };
    std::array<std::uint32_t, bins> sizes{};
    for (const float score : scores) ++sizes[bin_of(score)];
    std::size_t cut = bins - 1;
    std::size_t above = 0;
    while (above + sizes[cut] < count_max_) above += sizes[cut--];
    at_cut_.resize(sizes[cut] + 1);
    std::size_t at_cut = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const std::size_t bin = bin_of(scores[i]);
      at_cut_[at_cut] = {scores[i], places_[i]};
      at_cut += bin == cut ? 1 : 0;
      scores_[size_] = scores[i];
      places_[size_] = places_[i];
      size_ += bin > cut ? 1 : 0;
    }
    keep_best_at_cut(at_cut, count_max_ - size_);
  }

  // The worst of these is the bound from now on.
  void keep_best_at_cut(std::size_t size, std::size_t count) {
    const auto begin = at_cut_.begin();
    const auto last = begin + static_cast<std::ptrdiff_t>(count - 1);
    std::nth_element(begin, last, begin + static_cast<std::ptrdiff_t>(size), Candidate::is_better);
    least_ = last->score;
    for (std::size_t i = 0; i < count; ++i) keep(at_cut_[i].score, at_cut_[i].place);
  }

  // In eight chains, which do not wait for each other.
  static std::pair<float, float> extremes(std::span<const float> scores) {
    constexpr std::size_t chains = 8;
    std::array<float, chains> least;
    std::array<float, chains> most;
    least.fill(scores[0]);
    most.fill(scores[0]);
    std::size_t i = 0;
    for (; i + chains <= scores.size(); i += chains) {
      for (std::size_t chain = 0; chain < chains; ++chain) {
        const float score = scores[i + chain];
        least[chain] = score < least[chain] ? score : least[chain];
        most[chain] = score > most[chain] ? score : most[chain];
      }
    }
    for (; i < scores.size(); ++i) {
      least[0] = std::min(least[0], scores[i]);
      most[0] = std::max(most[0], scores[i]);
    }
    return {*std::ranges::min_element(least), *std::ranges::max_element(most)};
  }

  std::size_t count_max_;
  std::size_t capacity_;
  float least_ = -std::numeric_limits<float>::infinity();
  std::size_t size_ = 0;
  std::unique_ptr<float[]> scores_;
  std::unique_ptr<std::uint32_t[]> places_;
  std::vector<Candidate> at_cut_;
};

}  // namespace aiva::retrieval
