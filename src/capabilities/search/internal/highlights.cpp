#include "capabilities/search/internal/highlights.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>

#include "capabilities/search/best_sentence.h"

namespace aiva::search {
namespace {

constexpr std::size_t highlight_bytes_max = 600;

}  // namespace

void highlight(std::vector<TextHit>& hits, std::string_view query) {
  std::vector<Sentence> sentences;
  std::vector<std::size_t> ends;  // of each hit's
  for (const auto& hit : hits) {
    std::ranges::move(analysed_sentences_of(hit.chunk), std::back_inserter(sentences));
    ends.push_back(sentences.size());
  }
  SentenceScorer scorer(query, sentences);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    auto& hit = hits[i];
    auto own = std::span(sentences).subspan(begin, ends[i] - begin);
    begin = ends[i];
    auto best = best_sentence(hit.chunk, scorer, own);
    auto text = std::string_view(hit.chunk.text).substr(best.begin, best.end - best.begin);
    hit.highlight = one_line(text, highlight_bytes_max);
    hit.highlight_page = best.page;
  }
}

}  // namespace aiva::search
