#include "retrieval/keywords/phrase_rows.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "retrieval/keywords/posting_block.h"
#include "retrieval/keywords/varint.h"

namespace aiva::retrieval {
namespace {

using keyword_format::PostingList;

// Goes forward through the rows of a term and the places where it stands in them.
class PlaceReader {
 public:
  PlaceReader(const PostingList& list, std::size_t row_count)
      : list_(list), row_count_(row_count) {}

  // Moves to the first row that is not below `row`; false when there is none.
  bool seek(std::uint32_t row) {
    for (; number_ < list_.blocks(); ++number_) {
      bool is_before = !list_.bounds.empty() && list_.bounds[number_].row_last < row;
      if (is_before) continue;
      read_block();
      while (at_ < postings_.count && postings_.rows[at_] < row) ++at_;
      if (at_ < postings_.count) return true;
    }
    return false;
  }

  [[nodiscard]] std::uint32_t row() const { return postings_.rows[at_]; }

  // The places in the row, ascending; none when they are damaged.
  const std::vector<std::uint32_t>& places() {
    for (; places_at_ < at_; ++places_at_) skip_places();
    places_.clear();
    if (places_at_ > at_) return places_;
    auto offset = offset_;
    std::uint32_t place = 0;
    for (auto left = postings_.frequency(at_); left > 0; --left) {
      std::uint32_t distance = 0;
      if (!read_varint(list_.positions, offset, distance)) break;
      places_.push_back(place += distance);
    }
    return places_;
  }

 private:
  void read_block() {
    if (read_number_ == number_) return;
    read_number_ = number_;
    at_ = 0;
    places_at_ = 0;
    offset_ = list_.bounds.empty() ? 0 : list_.bounds[number_].positions;
    unpack_postings(list_, number_, row_count_, postings_);
  }

  void skip_places() {
    std::uint32_t distance = 0;
    for (auto left = postings_.frequency(places_at_); left > 0; --left)
      if (!read_varint(list_.positions, offset_, distance)) return;
  }

  PostingList list_;
  std::size_t row_count_;
  PostingBlock postings_;
  std::size_t number_ = 0;
  std::size_t read_number_ = ~std::size_t{0};
  std::size_t at_ = 0;
  std::size_t places_at_ = 0;  // the posting whose places begin at offset_
  std::size_t offset_ = 0;
  std::vector<std::uint32_t> places_;
};

// The term of a phrase and how far behind the phrase's first one it stands.
struct PhraseTerm {
  PlaceReader reader;
  std::uint32_t offset = 0;
};

// Whether all terms, which are at one row, stand there at their distances.
bool has_phrase(std::span<PhraseTerm> terms) {
  std::vector<std::uint32_t> starts;
  for (auto place : terms[0].reader.places())
    if (place >= terms[0].offset) starts.push_back(place - terms[0].offset);
  for (auto& term : terms.subspan(1)) {
    if (starts.empty()) return false;
    const auto& places = term.reader.places();
    std::erase_if(starts, [&](std::uint32_t start) {
      return !std::ranges::binary_search(places, start + term.offset);
    });
  }
  return !starts.empty();
}

// Moves all terms to the first common row that is not below `row`; false when there is none.
bool seek_together(std::span<PhraseTerm> terms, std::uint32_t row) {
  for (std::size_t agreed = 0; agreed < terms.size();) {
    agreed = 0;
    for (auto& term : terms) {
      if (!term.reader.seek(row)) return false;
      if (term.reader.row() == row) ++agreed;
      row = term.reader.row();
    }
  }
  return true;
}

std::vector<std::uint64_t> find_rows(const KeywordBlock& block, const KeywordPhrase& phrase) {
  std::vector<std::uint64_t> rows((block.rows() + 63) / 64);
  std::vector<PhraseTerm> terms;
  std::vector<PostingList> lists;
  for (const auto& part : phrase.parts) {
    auto list = block.find(part.text);
    if (list.rows == 0) return rows;
    terms.push_back({PlaceReader(list, block.rows()), part.offset});
  }
  if (terms.empty()) return rows;
  for (std::uint32_t row = 0; seek_together(terms, row); ++row) {
    row = terms[0].reader.row();
    if (has_phrase(terms)) rows[row / 64] |= std::uint64_t{1} << row % 64;
  }
  return rows;
}

}  // namespace

std::vector<std::uint64_t> find_phrase_rows(const KeywordBlock& block,
                                            std::span<const KeywordPhrase> phrases) {
  std::vector<std::uint64_t> rows((block.rows() + 63) / 64, ~std::uint64_t{0});
  for (const auto& phrase : phrases) {
    auto with = find_rows(block, phrase);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] &= with[i];
  }
  return rows;
}

}  // namespace aiva::retrieval
