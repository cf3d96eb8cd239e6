#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "retrieval/keywords/bm25.h"
#include "retrieval/keywords/posting_block.h"
#include "retrieval/keywords/resolved_query.h"

namespace aiva::retrieval {

// Goes forward through the postings of a list, with the points of each. Rows must be asked for in
// ascending order. The block and the statistics must outlive it.
class PostingCursor {
 public:
  PostingCursor(const WeightedList& list, const KeywordBlock& block, const Bm25& bm25)
      : list_(&list), lengths_(block.lengths()), bm25_(&bm25) {}

  // What no posting of rows `begin` to `end` exceeds; zero when there is none.
  std::uint32_t bound(std::uint32_t begin, std::uint32_t end);

  // Calls `each(row, points)` for the postings of rows `begin` to `end`.
  template <class Each>
  void visit(std::uint32_t begin, std::uint32_t end, Each each) {
    for (seek_block(begin); read(); ++number_, at_ = 0) {
      while (at_ < postings_.count && postings_.rows[at_] < begin) ++at_;
      for (; at_ < postings_.count && postings_.rows[at_] < end; ++at_)
        each(postings_.rows[at_], points_[at_]);
      if (at_ < postings_.count) return;
    }
  }

  // The points of a row; zero when it has no posting.
  std::uint32_t points_of(std::uint32_t row);

  // The block that the last row asked for is in, and its place there, when it has a posting.
  [[nodiscard]] const PostingBlock& postings() const { return postings_; }
  [[nodiscard]] std::size_t place() const { return at_; }

 private:
  [[nodiscard]] std::size_t blocks() const { return list_->postings.blocks(); }
  // Moves to the first block that may have `row` or a greater one.
  void seek_block(std::uint32_t row);
  // Reads the block if it has not been yet; false behind the last one. A damaged block is empty.
  bool read();

  const WeightedList* list_;
  std::span<const std::uint16_t> lengths_;
  const Bm25* bm25_;
  std::size_t number_ = 0;
  std::size_t at_ = 0;
  std::size_t read_number_ = ~std::size_t{0};
  std::uint32_t points_max_read_ = 0;  // the most that a posting of the block has
  PostingBlock postings_;
  std::array<std::uint32_t, keyword_format::postings_per_block> points_{};
};

}  // namespace aiva::retrieval
