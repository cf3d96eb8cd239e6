#include "capabilities/search/internal/hits.h"

#include <unordered_map>
#include <utility>

#include "capabilities/search/best_sentence.h"

namespace aiva::search {
namespace {

constexpr std::size_t highlight_bytes_max = 600;

}  // namespace

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

void highlight(std::vector<TextHit>& hits, std::string_view query) {
  std::vector<std::string_view> sentences;
  for (const auto& hit : hits) {
    auto more = sentences_of(hit.chunk);
    sentences.insert(sentences.end(), more.begin(), more.end());
  }
  SentenceScorer scorer(query, sentences);
  for (auto& hit : hits) {
    auto best = best_sentence(hit.chunk, scorer);
    auto text = std::string_view(hit.chunk.text).substr(best.begin, best.end - best.begin);
    hit.highlight = one_line(text, highlight_bytes_max);
    hit.highlight_page = best.page;
  }
}

}  // namespace aiva::search
