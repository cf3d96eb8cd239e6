#include "capabilities/search/internal/hits.h"

#include <algorithm>
#include <utility>

namespace aiva::search {
std::vector<TextHit> make_hits(std::span<const Candidate> ranked,
                               std::vector<knowledge::Chunk> chunks) {
  std::vector<TextHit> hits;
  hits.reserve(chunks.size());
  auto place = ranked.begin();
  for (auto& chunk : chunks) {
    auto found = std::ranges::find(place, ranked.end(), chunk.id, &Candidate::chunk);
    if (found == ranked.end()) continue;
    const auto& candidate = *found;
    place = found + 1;
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
