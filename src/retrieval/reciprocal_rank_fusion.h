#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <unordered_map>
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

// Reciprocal rank fusion (Cormack, Clarke, Buettcher 2009, doi:10.1145/1571941.1572114): a key
// scores the sum of weight / (rank_offset + rank) over the lists that have it. Best first; of equal
// scores the one with the better single rank, then the one seen first. `Key` needs std::hash.
template <class Key>
std::vector<FusedEntry<Key>> fuse_by_reciprocal_rank(std::span<const RankedList<Key>> lists,
                                                     double rank_offset = 60) {
  std::vector<FusedEntry<Key>> fused;
  std::unordered_map<Key, std::size_t> places;
  for (std::size_t list = 0; list < lists.size(); ++list) {
    std::size_t rank = 0;
    for (const auto& key : lists[list].keys) {
      ++rank;
      const auto [place, is_new] = places.try_emplace(key, fused.size());
      if (is_new) fused.push_back({.key = key, .ranks = std::vector<std::size_t>(lists.size())});
      auto& entry = fused[place->second];
      if (entry.ranks[list] != 0) continue;
      entry.ranks[list] = rank;
      entry.score += lists[list].weight / (rank_offset + static_cast<double>(rank));
    }
  }
  auto best_rank = [](const FusedEntry<Key>& entry) {
    auto best = std::numeric_limits<std::size_t>::max();
    for (auto rank : entry.ranks)
      if (rank != 0) best = std::min(best, rank);
    return best;
  };
  std::ranges::stable_sort(fused, [&](const FusedEntry<Key>& a, const FusedEntry<Key>& b) {
    return a.score != b.score ? a.score > b.score : best_rank(a) < best_rank(b);
  });
  return fused;
}

}  // namespace aiva::retrieval
