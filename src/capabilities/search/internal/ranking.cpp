#include "capabilities/search/internal/ranking.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "retrieval/reciprocal_rank_fusion.h"

namespace aiva::search {
namespace {

constexpr double rank_offset = 60;

// How far up between what its list leaves out and its best a score stands.
class Spread {
 public:
  Spread(std::span<const PassageHit> hits, std::size_t list_max) {
    if (hits.empty()) return;
    best_ = hits.front().score;
    if (hits.size() >= list_max) least_ = hits.back().score;
  }
  [[nodiscard]] double of(double score) const {
    if (best_ <= least_) return score >= best_ ? 1 : 0;
    return std::clamp((score - least_) / (best_ - least_), 0.0, 1.0);
  }

 private:
  double least_ = 0;
  double best_ = 0;
};

int best_rank(const Candidate& candidate) {
  if (candidate.vector_rank == 0 && candidate.keyword_rank == 0)
    return std::numeric_limits<int>::max();
  if (candidate.vector_rank == 0) return candidate.keyword_rank;
  if (candidate.keyword_rank == 0) return candidate.vector_rank;
  return std::min(candidate.vector_rank, candidate.keyword_rank);
}

}  // namespace

std::vector<Candidate> rank_candidates(std::span<const PassageHit> vectors,
                                       std::span<const PassageHit> keywords, const FusionRule& rule,
                                       std::span<const OtherList> others) {
  std::vector<retrieval::RankedList<ChunkId>> lists(2 + others.size());
  lists[0].keys.reserve(vectors.size());
  lists[1].keys.reserve(keywords.size());
  for (const auto& hit : vectors) lists[0].keys.push_back(hit.chunk);
  for (const auto& hit : keywords) lists[1].keys.push_back(hit.chunk);
  lists[0].weight = rule.weights.vector;
  lists[1].weight = rule.weights.keyword;
  double weights_used =
      (vectors.empty() ? 0 : rule.weights.vector) + (keywords.empty() ? 0 : rule.weights.keyword);
  std::vector<Spread> spreads;
  for (std::size_t i = 0; i < others.size(); ++i) {
    const auto& other = others[i];
    for (const auto& hit : other.hits) lists[2 + i].keys.push_back(hit.chunk);
    lists[2 + i].weight = other.weight;
    if (!other.hits.empty()) weights_used += other.weight;
    spreads.emplace_back(other.hits, rule.list_max);
  }
  double best_possible = weights_used / (rank_offset + 1);
  Spread cosines(vectors, rule.list_max);
  Spread words(keywords, rule.list_max);

  std::vector<Candidate> candidates;
  std::span<const retrieval::RankedList<ChunkId>> all = lists;
  auto fused = retrieval::fuse_by_reciprocal_rank(all, rank_offset);
  candidates.reserve(fused.size());
  for (const auto& entry : fused) {
    auto& candidate = candidates.emplace_back();
    candidate.chunk = entry.key;
    candidate.score = entry.score / best_possible;
    candidate.vector_rank = static_cast<int>(entry.ranks[0]);
    candidate.keyword_rank = static_cast<int>(entry.ranks[1]);
    double weighted = 0;
    if (entry.ranks[0] != 0) {
      const auto& hit = vectors[entry.ranks[0] - 1];
      candidate.cosine = hit.score;
      candidate.vector = hit.vector;
      weighted += rule.weights.vector * cosines.of(hit.score);
    }
    if (entry.ranks[1] != 0) {
      const auto& hit = keywords[entry.ranks[1] - 1];
      candidate.bm25 = hit.score;
      candidate.words = hit.words;
      if (candidate.vector.empty()) candidate.vector = hit.vector;
      weighted += rule.weights.keyword * words.of(hit.score);
    }
    for (std::size_t i = 0; i < others.size(); ++i) {
      if (entry.ranks[2 + i] == 0) continue;
      const auto& hit = others[i].hits[entry.ranks[2 + i] - 1];
      if (candidate.vector.empty()) candidate.vector = hit.vector;
      weighted += others[i].weight * spreads[i].of(hit.score);
    }
    if (rule.fusion == Fusion::weighted) candidate.score = weighted / weights_used;
  }
  if (rule.fusion == Fusion::weighted)
    std::ranges::sort(candidates, {}, [](const Candidate& candidate) {
      return std::tuple(-candidate.score, best_rank(candidate), candidate.chunk);
    });
  return candidates;
}

}  // namespace aiva::search
