#include "retrieval/keywords/posting_cursor.h"

#include <algorithm>

namespace aiva::retrieval {

std::uint32_t PostingCursor::bound(std::uint32_t begin, std::uint32_t end) {
  seek_block(begin);
  const auto& bounds = list_->postings.bounds;
  if (bounds.empty()) {
    bool is_within = read() && postings_.count > 0 && postings_.rows[0] < end &&
                     postings_.rows[postings_.count - 1] >= begin;
    return is_within ? points_max_read_ : 0;
  }
  std::uint32_t highest = 0;
  for (auto number = number_; number < bounds.size(); ++number) {
    if (number > 0 && bounds[number - 1].row_last + 1 >= end) break;
    highest = std::max(highest, bm25_->bound(bounds[number], list_->points_max));
  }
  return highest;
}

std::uint32_t PostingCursor::points_of(std::uint32_t row) {
  seek_block(row);
  if (!read()) return 0;
  while (at_ < postings_.count && postings_.rows[at_] < row) ++at_;
  return at_ < postings_.count && postings_.rows[at_] == row ? points_[at_] : 0;
}

void PostingCursor::seek_block(std::uint32_t row) {
  const auto& bounds = list_->postings.bounds;
  auto before = number_;
  while (number_ < bounds.size() && bounds[number_].row_last < row) ++number_;
  if (number_ != before) at_ = 0;
}

bool PostingCursor::read() {
  if (number_ >= blocks()) return false;
  if (read_number_ == number_) return true;
  read_number_ = number_;
  at_ = 0;
  if (!unpack_postings(list_->postings, number_, lengths_.size(), postings_)) return true;
  bm25_->score(postings_, lengths_, list_->points_max, points_);
  if (blocks() == 1)
    points_max_read_ = *std::max_element(
        points_.begin(), points_.begin() + static_cast<std::ptrdiff_t>(postings_.count));
  return true;
}

}  // namespace aiva::retrieval
