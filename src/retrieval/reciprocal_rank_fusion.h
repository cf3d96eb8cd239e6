#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace aiva::retrieval {

// One ranked list of keys, best first; a key counts once, at its best rank.
template <class Key>
struct RankedList {
  std::vector<Key> keys;
  double weight = 1;
};

// A key with its fused score and, for each list, its rank there: 1 for the best, 0 where absent.
template <class Key>
struct FusedEntry {
  Key key{};
  double score = 0;
  std::vector<std::size_t> ranks;
};

namespace fusion_detail {

// Where keys stand in a list they are appended to: open addressing in a table at most half full.
template <class Key>
class KeyPlaces {
 public:
  explicit KeyPlaces(std::size_t keys_max)
      : slots_(std::bit_ceil(2 * keys_max + 2)), shift_(64 - std::bit_width(slots_.size() - 1)) {}

  // The place of the key among `entries`; their number when it is to be appended now.
  std::size_t place_of(const Key& key, const std::vector<FusedEntry<Key>>& entries) {
    constexpr std::uint64_t spread = 0x9E3779B97F4A7C15;
    auto slot = static_cast<std::size_t>((std::hash<Key>{}(key)*spread) >> shift_);
    while (slots_[slot] != 0 && entries[slots_[slot] - 1].key != key)
      slot = (slot + 1) % slots_.size();
    if (slots_[slot] == 0) slots_[slot] = entries.size() + 1;
    return slots_[slot] - 1;
  }

 private:
  std::vector<std::size_t> slots_;  // place + 1; 0: empty
  int shift_;
};

}  // namespace fusion_detail

// Reciprocal rank fusion (Cormack, Clarke, Buettcher 2009, doi:10.1145/1571941.1572114): a key
// scores the sum of weight / (rank_offset + rank) over the lists that have it. Best first; of equal
// scores the one with the better single rank, then the one seen first. `Key` needs std::hash.
template <class Key>
std::vector<FusedEntry<Key>> fuse_by_reciprocal_rank(std::span<const RankedList<Key>> lists,
                                                     double rank_offset = 60) {
  std::size_t count_max = 0;
  for (const auto& list : lists) count_max += list.keys.size();
  std::vector<FusedEntry<Key>> fused;
  fused.reserve(count_max);
  std::vector<std::size_t> best_ranks;
  best_ranks.reserve(count_max);
  fusion_detail::KeyPlaces<Key> places(count_max);
  for (std::size_t list = 0; list < lists.size(); ++list) {
    std::size_t rank = 0;
    for (const auto& key : lists[list].keys) {
      ++rank;
      const auto place = places.place_of(key, fused);
      if (place == fused.size()) {
        fused.push_back({.key = key, .ranks = std::vector<std::size_t>(lists.size())});
        best_ranks.push_back(rank);
      }
      auto& entry = fused[place];
      if (entry.ranks[list] != 0) continue;
      entry.ranks[list] = rank;
      best_ranks[place] = std::min(best_ranks[place], rank);
      entry.score += lists[list].weight / (rank_offset + static_cast<double>(rank));
    }
  }
  std::vector<std::size_t> order(fused.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t place) {
    return std::tuple(-fused[place].score, best_ranks[place], place);
  });
  std::vector<FusedEntry<Key>> ordered;
  ordered.reserve(fused.size());
  for (auto place : order) ordered.push_back(std::move(fused[place]));
  return ordered;
}

}  // namespace aiva::retrieval
