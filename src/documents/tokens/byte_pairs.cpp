#include "documents/tokens/byte_pairs.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

namespace aiva::documents {
namespace {

constexpr std::size_t short_word_bytes_max = 96;
constexpr unsigned place_bits = 7;
static_assert(short_word_bytes_max < 1UL << place_bits);

// A short word: finding the lowest rank among all is faster than keeping them in order. A part is
// known by the place of its first byte.
class ShortWord {
 public:
  ShortWord(const TokenRanks& ranks, std::string_view word) : ranks_(ranks), word_(word) {
    for (std::size_t i = 0; i <= word.size(); ++i) {
      next_[i] = static_cast<std::uint8_t>(i + 1);
      before_[i] = static_cast<std::uint8_t>(i - 1);
    }
    for (std::size_t i = 0; i + 1 < word.size(); ++i)
      keys_[i] = key(i, ranks_.rank_of_pair(word[i], word[i + 1]));
  }

  std::size_t count() {
    for (auto parts = word_.size();; --parts) {
      auto lowest = none;
      for (std::size_t i = 0; i + 1 < word_.size(); ++i) lowest = std::min(lowest, keys_[i]);
      if (lowest == none) return parts;
      merge(lowest & ((1U << place_bits) - 1));
    }
  }

 private:
  static constexpr std::uint32_t none = TokenRanks::none;

  // A rank and its place as one number: the leftmost of equal ranks is the lowest.
  static std::uint32_t key(std::size_t place, std::uint32_t rank) {
    return rank == none ? none : rank << place_bits | static_cast<std::uint32_t>(place);
  }

  void merge(std::size_t at) {
    std::size_t gone = next_[at];
    keys_[gone] = none;
    next_[at] = next_[gone];
    before_[next_[gone]] = static_cast<std::uint8_t>(at);
    update(at);
    if (at > 0) update(before_[at]);
  }

  // Ranks the part at `at` together with its neighbour.
  void update(std::size_t at) {
    std::size_t second = next_[at];
    bool is_last = second >= word_.size();
    auto rank = is_last ? none : ranks_.rank(word_.substr(at, next_[second] - at));
    keys_[at] = key(at, rank);
  }

  const TokenRanks& ranks_;
  std::string_view word_;
  std::array<std::uint32_t, short_word_bytes_max + 1> keys_{};  // of the part with the next
  std::array<std::uint8_t, short_word_bytes_max + 1> next_{};
  std::array<std::uint8_t, short_word_bytes_max + 1> before_{};
};

// The parts of a long word as a linked list, the ranks of neighbours in a heap. An entry of the
// heap that is no longer the rank at its place is stale.
class LongWord {
 public:
  LongWord(const TokenRanks& ranks, std::string_view word)
      : ranks_(ranks),
        word_(word),
        next_(word.size() + 1),
        before_(word.size() + 1),
        rank_(word.size() + 1, TokenRanks::none) {
    for (std::uint32_t i = 0; i <= word.size(); ++i) {
      next_[i] = i + 1;
      before_[i] = i - 1;
    }
    std::vector<std::uint64_t> entries;
    entries.reserve(word.size() * 2);
    heap_ = Heap(std::greater<std::uint64_t>(), std::move(entries));
    for (std::uint32_t i = 0; i + 1 < word.size(); ++i)
      set(i, ranks_.rank_of_pair(word[i], word[i + 1]));
  }

  std::size_t count() {
    auto parts = word_.size();
    while (!heap_.empty()) {
      auto entry = heap_.top();
      heap_.pop();
      auto at = static_cast<std::uint32_t>(entry);
      if (rank_[at] != static_cast<std::uint32_t>(entry >> 32U)) continue;
      merge(at);
      --parts;
    }
    return parts;
  }

 private:
  using Heap =
      std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<std::uint64_t>>;

  void set(std::uint32_t at, std::uint32_t rank) {
    rank_[at] = rank;
    if (rank != TokenRanks::none) heap_.push(std::uint64_t{rank} << 32U | at);
  }

  void merge(std::uint32_t at) {
    auto gone = next_[at];
    rank_[gone] = TokenRanks::none;
    next_[at] = next_[gone];
    before_[next_[gone]] = at;
    update(at);
    if (at > 0) update(before_[at]);
  }

  // Ranks the part at `at` together with its neighbour.
  void update(std::uint32_t at) {
    auto second = next_[at];
    bool is_last = second >= word_.size();
    set(at, is_last ? TokenRanks::none : ranks_.rank(word_.substr(at, next_[second] - at)));
  }

  const TokenRanks& ranks_;
  std::string_view word_;
  std::vector<std::uint32_t> next_;
  std::vector<std::uint32_t> before_;
  std::vector<std::uint32_t> rank_;  // of the part that begins here with the next
  Heap heap_;
};

}  // namespace

std::size_t count_byte_pairs(const TokenRanks& ranks, std::string_view word) {
  if (word.size() < 2) return word.size();
  if (word.size() <= short_word_bytes_max) return ShortWord(ranks, word).count();
  return LongWord(ranks, word).count();
}

}  // namespace aiva::documents
