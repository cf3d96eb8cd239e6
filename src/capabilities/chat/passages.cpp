#include "capabilities/chat/passages.h"

#include <map>
#include <string>

#include "capabilities/chat/citations.h"
#include "capabilities/search/best_sentence.h"
#include "capabilities/search/sentence_scorer.h"

namespace aiva::chat {
namespace {

constexpr std::size_t quote_bytes_max = 700;

}  // namespace

std::vector<Passage> passages_of(std::span<const search::TextHit> hits) {
  std::vector<Passage> passages;
  for (const auto& hit : hits)
    passages.push_back({.number = static_cast<int>(passages.size()) + 1,
                        .document_name = hit.chunk.document_name,
                        .page_first = hit.chunk.page_first,
                        .page_last = hit.chunk.page_last,
                        .heading_path = hit.chunk.heading_path,
                        .text = hit.chunk.text});
  return passages;
}

std::vector<Source> context_sources(std::span<const search::TextHit> hits, std::size_t count) {
  std::vector<Source> sources;
  for (const auto& hit : hits.first(std::min(count, hits.size())))
    sources.push_back({.number = static_cast<int>(sources.size()) + 1,
                       .document = hit.chunk.document,
                       .document_name = hit.chunk.document_name,
                       .chunk = hit.chunk.id,
                       .page = hit.highlight_page,
                       .quote = hit.highlight,
                       .heading_path = hit.chunk.heading_path,
                       .score = hit.score,
                       .is_cited = false});
  return sources;
}

std::vector<Source> cited_sources(std::string_view answer, std::string_view question,
                                  std::span<const search::TextHit> hits,
                                  std::vector<Source> context) {
  // A passage cited for several statements is quoted for all of them together.
  std::map<int, std::string> statements;
  for (auto& citation : list_citations(answer)) {
    auto& all = statements[citation.number];
    all += all.empty() ? "" : " ";
    all += citation.statement;
  }
  if (statements.empty()) return context;

  std::vector<Source> sources;
  for (auto& source : context) {
    auto found = statements.find(source.number);
    if (found == statements.end()) continue;
    const auto& chunk = hits[static_cast<std::size_t>(source.number) - 1].chunk;
    auto sentences = search::sentences_of(chunk);
    auto statement = found->second.empty() ? std::string(question) : found->second;
    auto best = search::best_sentence(chunk, search::SentenceScorer(statement, sentences));
    auto text = std::string_view(chunk.text).substr(best.begin, best.end - best.begin);
    source.quote = search::one_line(text, quote_bytes_max);
    source.page = best.page;
    source.is_cited = true;
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace aiva::chat
