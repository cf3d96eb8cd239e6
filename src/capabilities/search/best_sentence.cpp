#include "capabilities/search/best_sentence.h"

#include <algorithm>
#include <array>

#include "foundation/text/sentences.h"
#include "foundation/text/utf8.h"

namespace aiva::search {
namespace {

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool has_sentence_end(std::string_view text) {
  constexpr auto ends =
      std::to_array<std::string_view>({".", "!", "?", ":", "。", "！", "？", "؟"});
  return std::ranges::any_of(ends, [text](std::string_view end) { return text.ends_with(end); });
}

// Where the sentence under a heading ends, when [begin, end) is a heading within the text; else
// `end`. A heading is a block of its own that is no sentence, with a gap behind it.
std::size_t end_under_heading(const knowledge::Chunk& chunk, std::size_t begin, std::size_t end) {
  constexpr std::size_t heading_bytes_max = 200;
  std::string_view text = chunk.text;
  if (chunk.type != "text" || end - begin > heading_bytes_max) return end;
  for (std::size_t i = 0; i + 1 < chunk.spans.size(); ++i) {
    if (chunk.spans[i].begin != begin) continue;
    auto next = chunk.spans[i + 1];
    bool is_heading = chunk.spans[i].end == end && next.end <= text.size() && next.begin > end &&
                      text.substr(end, next.begin - end) == "\n\n" &&
                      !has_sentence_end(text.substr(begin, end - begin));
    if (!is_heading) return end;
    auto below = split_sentences(text.substr(next.begin, next.end - next.begin));
    if (below.empty()) return end;
    return static_cast<std::size_t>(below[0].data() + below[0].size() - text.data());
  }
  return end;
}

}  // namespace

std::vector<std::string_view> sentences_of(const knowledge::Chunk& chunk) {
  std::string_view text = chunk.text;
  if (chunk.type != "text") return split_lines(text);
  if (chunk.spans.empty()) return split_sentences(text);
  // A block begins where its span begins; what lies before the first belongs to it.
  std::vector<std::string_view> sentences;
  for (std::size_t i = 0; i < chunk.spans.size(); ++i) {
    auto begin = i == 0 ? 0 : std::min(chunk.spans[i].begin, text.size());
    auto end =
        i + 1 == chunk.spans.size() ? text.size() : std::min(chunk.spans[i + 1].begin, text.size());
    if (begin >= end) continue;
    auto block = split_sentences(text.substr(begin, end - begin));
    sentences.insert(sentences.end(), block.begin(), block.end());
  }
  return sentences;
}

std::vector<Sentence> analysed_sentences_of(const knowledge::Chunk& chunk) {
  std::vector<Sentence> sentences;
  for (auto text : sentences_of(chunk))
    sentences.push_back({.text = text, .terms = terms_of(text)});
  return sentences;
}

BestSentence best_sentence(const knowledge::Chunk& chunk, const SentenceScorer& scorer) {
  return best_sentence(chunk, scorer, analysed_sentences_of(chunk));
}

BestSentence best_sentence(const knowledge::Chunk& chunk, const SentenceScorer& scorer,
                           std::span<const Sentence> sentences) {
  std::string_view text = chunk.text;
  BestSentence best{.begin = 0, .end = text.size(), .page = chunk.page_first};
  auto context = terms_of(chunk.heading_path);
  bool is_first = true;
  for (const auto& [sentence, terms] : sentences) {
    double coverage = scorer.coverage(terms, context);
    if (!is_first && coverage <= best.coverage) continue;
    is_first = false;
    best.begin = static_cast<std::size_t>(sentence.data() - text.data());
    best.end = best.begin + sentence.size();
    best.coverage = coverage;
  }
  best.end = end_under_heading(chunk, best.begin, best.end);
  best.page = knowledge::page_at(chunk, best.begin);
  return best;
}

std::string one_line(std::string_view text, std::size_t bytes_max) {
  auto is_space = [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; };
  std::string line;
  line.reserve(text.size());
  for (const auto* at = text.begin(); at != text.end();) {
    const auto* end = std::find_if(at, text.end(), is_space);
    if (end != at) {
      if (!line.empty()) line += ' ';
      line.append(at, end);
    }
    at = std::find_if_not(end, text.end(), is_space);
  }
  if (line.size() <= bytes_max) return line;
  auto cut = utf8_prefix(line, bytes_max);
  auto space = cut.rfind(' ');
  if (space != std::string_view::npos && space > bytes_max / 2) cut = cut.substr(0, space);
  return std::string(cut) + "…";
}

}  // namespace aiva::search
