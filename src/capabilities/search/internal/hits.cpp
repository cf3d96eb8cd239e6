#include "capabilities/search/internal/hits.h"

#include <unordered_map>
#include <utility>

namespace aiva::search {
std::vector<TextHit> make_hits(std::span<const Candidate> ranked,
                               std::vector<knowledge::Chunk> chunks) {
  std::unordered_map<ChunkId, const Candidate*> by_id;
  for (const auto& candidate : ranked) by_id.emplace(candidate.chunk, &candidate);
  std::vector<TextHit> hits;
  for (auto& chunk : chunks) {
    auto found = by_id.find(chunk.id);
    if (found == by_id.end()) continue;
    const auto& candidate = *found->second;
    hits.push_back({.chunk = std::move(chunk),
                    .score = candidate.score,
                    .fused_score = candidate.score,
                    .cosine = candidate.cosine,
                    .bm25 = candidate.bm25,
                    .vector_rank = candidate.vector_rank,
                    .keyword_rank = candidate.keyword_rank,
                    .words = candidate.words});
  }
  return hits;
}

}  // namespace aiva::search
