#include "capabilities/search/internal/ranking.h"

#include <array>

#include "retrieval/reciprocal_rank_fusion.h"

namespace aiva::search {
namespace {

constexpr double rank_offset = 60;

}  // namespace

std::vector<Candidate> rank_candidates(std::span<const PassageHit> vectors,
                                       std::span<const PassageHit> keywords, double vector_weight) {
  std::array<retrieval::RankedList<ChunkId>, 2> lists;
  for (const auto& hit : vectors) lists[0].keys.push_back(hit.chunk);
  for (const auto& hit : keywords) lists[1].keys.push_back(hit.chunk);
  lists[0].weight = vector_weight;
  double weights_used = (vectors.empty() ? 0 : vector_weight) + (keywords.empty() ? 0 : 1);
  double best_possible = weights_used / (rank_offset + 1);

  std::vector<Candidate> candidates;
  std::span<const retrieval::RankedList<ChunkId>> all = lists;
  for (const auto& entry : retrieval::fuse_by_reciprocal_rank(all, rank_offset)) {
    auto& candidate = candidates.emplace_back();
    candidate.chunk = entry.key;
    candidate.score = entry.score / best_possible;
    candidate.vector_rank = static_cast<int>(entry.ranks[0]);
    candidate.keyword_rank = static_cast<int>(entry.ranks[1]);
    if (entry.ranks[0] != 0) candidate.cosine = vectors[entry.ranks[0] - 1].score;
    if (entry.ranks[1] != 0) candidate.bm25 = keywords[entry.ranks[1] - 1].score;
  }
  return candidates;
}

}  // namespace aiva::search
