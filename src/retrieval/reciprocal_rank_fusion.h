#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <tuple>
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
  std::vector<std::size_t> order(fused.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t place) {
    return std::tuple(-fused[place].score, best_rank(fused[place]), place);
  });
  std::vector<FusedEntry<Key>> ordered;
  ordered.reserve(fused.size());
  for (auto place : order) ordered.push_back(std::move(fused[place]));
  return ordered;
}

}  // namespace aiva::retrieval
