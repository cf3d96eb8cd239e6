#include "capabilities/search/internal/diversity.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "capabilities/search/terms.h"
#include "retrieval/kernels.h"

namespace aiva::search {
namespace {

// Says how alike two hits are, 0…1. Hits and candidates are borrowed.
class Likeness {
 public:
  Likeness(std::span<const TextHit> hits, std::span<const Candidate> candidates)
      : hits_(hits), vectors_(hits.size()), words_(hits.size()) {
    std::unordered_map<ChunkId, std::span<const float>> by_id;
    for (const auto& candidate : candidates) by_id.emplace(candidate.chunk, candidate.vector);
    for (std::size_t i = 0; i < hits.size(); ++i) {
      auto found = by_id.find(hits[i].chunk.id);
      if (found != by_id.end()) vectors_[i] = found->second;
    }
  }

  double of(std::size_t one, std::size_t other) {
    auto size = vectors_[one].size();
    if (size == 0 || size != vectors_[other].size()) return shared_words(one, other);
    double cosine = retrieval::kernels().dot(vectors_[one].data(), vectors_[other].data(), size);
    return std::clamp(cosine, 0.0, 1.0);
  }

 private:
  using Words = std::unordered_set<std::string>;

  double shared_words(std::size_t one, std::size_t other) {
    const auto& few = words(one);
    const auto& more = words(other);
    auto shared = std::ranges::count_if(few, [&](const auto& word) { return more.contains(word); });
    auto all = few.size() + more.size() - static_cast<std::size_t>(shared);
    return all == 0 ? 0 : static_cast<double>(shared) / static_cast<double>(all);
  }

  const Words& words(std::size_t hit) {
    auto& words = words_[hit];
    if (words.empty())
      for (auto& term : terms_of(hits_[hit].chunk.text)) words.insert(std::move(term.stem));
    return words;
  }

  std::span<const TextHit> hits_;
  std::vector<std::span<const float>> vectors_;
  std::vector<Words> words_;  // where they were needed
};

}  // namespace

void diversify(std::vector<TextHit>& hits, std::span<const Candidate> candidates,
               DiversityRule rule) {
  double best = 0;
  for (const auto& hit : hits) best = std::max(best, hit.score);
  Likeness likeness(hits, candidates);
  std::vector<double> most_alike(hits.size(), 0);
  std::vector<bool> is_chosen(hits.size(), false);
  auto value = [&](std::size_t i) {
    double relevance = best > 0 ? hits[i].score / best : 0;
    return rule.lambda * relevance - (1 - rule.lambda) * most_alike[i];
  };
  std::vector<std::size_t> order;
  while (order.size() < std::min(rule.count_max, hits.size())) {
    std::size_t next = hits.size();
    for (std::size_t i = 0; i < hits.size(); ++i)
      if (!is_chosen[i] && (next == hits.size() || value(i) > value(next))) next = i;
    is_chosen[next] = true;
    order.push_back(next);
    for (std::size_t i = 0; i < hits.size(); ++i)
      if (!is_chosen[i]) most_alike[i] = std::max(most_alike[i], likeness.of(i, next));
  }
  std::vector<TextHit> chosen;
  for (auto i : order) {
    hits[i].mmr_penalty = (1 - rule.lambda) * most_alike[i];
    chosen.push_back(std::move(hits[i]));
  }
  hits = std::move(chosen);
}

}  // namespace aiva::search
