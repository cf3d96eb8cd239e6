#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "retrieval/keywords/keyword_search.h"
#include "retrieval/keywords/posting_block.h"

namespace aiva::retrieval {

// Scores are summed as whole points, so that no sum depends on its order.
inline constexpr float points_per_score = 1U << 19U;

// The part of BM25 that is the same for all words of a query. A word's greatest score is
// ln(1 + 2^34) * (k1 + 1) < 120; that of 32 words stays below 2^31 points.
class Bm25 {
 public:
  // `words` and `rows` are those of all blocks.
  Bm25(const Bm25Settings& settings, std::uint64_t words, std::uint64_t rows);

  // The points that a word in `word_rows` of all rows tends to as it becomes more frequent.
  [[nodiscard]] float points_max(std::uint64_t word_rows) const;
  // The idf of a word whose points tend to these.
  [[nodiscard]] float rarity(float points_max) const {
    return points_max / points_per_score / (settings_.saturation + 1);
  }
  // The points of each posting of a block: at least one, at most `points_max` and one.
  void score(const PostingBlock& block, std::span<const std::uint16_t> lengths, float points_max,
             std::span<std::uint32_t, keyword_format::postings_per_block> points) const;
  // What no posting of a block exceeds.
  [[nodiscard]] std::uint32_t bound(const keyword_format::BlockBound& block,
                                    float points_max) const;
  [[nodiscard]] float stem_weight() const { return settings_.stem_weight; }

 private:
  Bm25Settings settings_;
  float rows_ = 0;
  float norm_base_ = 0;
  float norm_per_word_ = 0;
};

}  // namespace aiva::retrieval
