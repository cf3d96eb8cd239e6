#include "capabilities/chat/passages.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "capabilities/chat/citations.h"
#include "capabilities/knowledge/joined_text.h"
#include "capabilities/search/best_sentence.h"
#include "capabilities/search/sentence_scorer.h"

namespace aiva::chat {
namespace {

constexpr std::size_t quote_bytes_max = 700;

using ChunkPointers = std::vector<const knowledge::Chunk*>;

// Widens passages by chunks that stand in none yet.
class Widener {
 public:
  Widener(std::span<const search::TextHit> hits, const PassageLimits& limits) : limits_(limits) {
    for (const auto& hit : hits) {
      taken_.insert(hit.chunk.id);
      used_ += cost_of(hit.chunk) + passage_frame_tokens;
    }
  }

  // The hit's chunk with those beside it that fit, in their order.
  ChunkPointers widen(const knowledge::Chunk& hit, const knowledge::Section* section) {
    ChunkPointers chunks = {&hit};
    if (section == nullptr || section->at >= section->chunks.size()) return chunks;
    auto tokens = cost_of(hit);
    auto before = section->at;
    auto after = section->at + 1;
    bool may_grow_down = true;
    bool may_grow_up = true;
    while (may_grow_down || may_grow_up) {
      may_grow_down =
          may_grow_down && after < section->chunks.size() && take(section->chunks[after], tokens);
      if (may_grow_down) chunks.push_back(&section->chunks[after++]);
      may_grow_up = may_grow_up && before > 0 && take(section->chunks[before - 1], tokens);
      if (may_grow_up) chunks.insert(chunks.begin(), &section->chunks[--before]);
    }
    return chunks;
  }

 private:
  [[nodiscard]] std::size_t cost_of(const knowledge::Chunk& chunk) const {
    return limits_.count_tokens(chunk.text);
  }

  bool take(const knowledge::Chunk& chunk, std::size_t& tokens) {
    if (taken_.contains(chunk.id)) return false;
    auto cost = cost_of(chunk);
    if (tokens + cost > limits_.section_tokens_max || used_ + cost > limits_.tokens_max)
      return false;
    taken_.insert(chunk.id);
    tokens += cost;
    used_ += cost;
    return true;
  }

  const PassageLimits& limits_;
  std::set<ChunkId> taken_;
  std::size_t used_ = 0;
};

Passage passage_of(const knowledge::Chunk& hit, ChunkPointers chunks) {
  Passage passage{.document_name = hit.document_name,
                  .page_first = hit.page_first,
                  .page_last = hit.page_last,
                  .heading_path = hit.heading_path,
                  .text = knowledge::joined_text(hit.heading_path, chunks)};
  for (const auto* chunk : chunks) {
    passage.page_first = std::min(passage.page_first, chunk->page_first);
    passage.page_last = std::max(passage.page_last, chunk->page_last);
  }
  // The hit comes first: of equal sentences its own is quoted.
  auto place = std::ranges::find(chunks, &hit);
  std::rotate(chunks.begin(), place, place + 1);
  passage.chunks = std::move(chunks);
  return passage;
}

// Points the source at the sentence of the passage that fits the statement best.
void quote_best(Source& source, const Passage& passage, std::string_view statement) {
  std::vector<std::string_view> sentences;
  for (const auto* chunk : passage.chunks) {
    auto more = search::sentences_of(*chunk);
    sentences.insert(sentences.end(), more.begin(), more.end());
  }
  search::SentenceScorer scorer(statement, sentences);
  const knowledge::Chunk* quoted = nullptr;
  search::BestSentence best;
  for (const auto* chunk : passage.chunks) {
    auto found = search::best_sentence(*chunk, scorer);
    if (quoted != nullptr && found.coverage <= best.coverage) continue;
    quoted = chunk;
    best = found;
  }
  if (quoted == nullptr) return;
  auto text = std::string_view(quoted->text).substr(best.begin, best.end - best.begin);
  source.quote = search::one_line(text, quote_bytes_max);
  source.page = best.page;
  source.box = box_at(*quoted, best.begin);
  source.chunk = quoted->id;
  source.heading_path = quoted->heading_path;
}

// Where the highlight stands, as far as it is found again: it is shown on one line.
std::optional<Box> box_of(const knowledge::Chunk& chunk, std::string_view highlight) {
  auto start = highlight.substr(0, std::min<std::size_t>(highlight.size(), 40));
  auto at = chunk.text.find(start);
  return at == std::string::npos ? std::nullopt : box_at(chunk, at);
}

}  // namespace

std::vector<Passage> passages_of(std::span<const search::TextHit> hits,
                                 std::span<const knowledge::Section> sections,
                                 const PassageLimits& limits) {
  Widener widener(hits, limits);
  std::vector<Passage> passages;
  for (const auto& hit : hits) {
    auto number = passages.size();
    const auto* section = number < sections.size() ? &sections[number] : nullptr;
    passages.push_back(passage_of(hit.chunk, widener.widen(hit.chunk, section)));
    passages.back().number = static_cast<int>(number) + 1;
  }
  return passages;
}

std::optional<Box> box_at(const knowledge::Chunk& chunk, std::size_t offset) {
  for (const auto& span : chunk.spans)
    if (span.begin <= offset && offset < span.end) return span.box;
  return std::nullopt;
}

std::vector<Source> context_sources(std::span<const search::TextHit> hits, std::size_t count) {
  std::vector<Source> sources;
  for (const auto& hit : hits.first(std::min(count, hits.size())))
    sources.push_back({.number = static_cast<int>(sources.size()) + 1,
                       .document = hit.chunk.document,
                       .document_name = hit.chunk.document_name,
                       .document_version = hit.chunk.document_version,
                       .chunk = hit.chunk.id,
                       .page = hit.highlight_page,
                       .box = box_of(hit.chunk, hit.highlight),
                       .quote = hit.highlight,
                       .heading_path = hit.chunk.heading_path,
                       .score = hit.score,
                       .is_cited = false});
  return sources;
}

std::vector<Source> cited_sources(std::string_view answer, std::string_view question,
                                  std::span<const Passage> passages, std::vector<Source> context) {
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
    const auto& passage = passages[static_cast<std::size_t>(source.number) - 1];
    quote_best(source, passage, found->second.empty() ? question : found->second);
    source.is_cited = true;
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace aiva::chat
