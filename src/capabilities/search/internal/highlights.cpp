#include "capabilities/search/internal/highlights.h"

#include <cstddef>

#include "capabilities/search/best_sentence.h"

namespace aiva::search {
namespace {

constexpr std::size_t highlight_bytes_max = 600;

}  // namespace

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
