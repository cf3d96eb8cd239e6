#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/knowledge/types.h"
#include "capabilities/search/sentence_scorer.h"

namespace aiva::search {

// The sentence of a chunk's text that answers best, and where it stands.
struct BestSentence {
  std::size_t begin = 0;  // byte range within the chunk's text
  std::size_t end = 0;
  int page = 1;         // where its first byte stands
  double coverage = 0;  // of the question's words, 0…1
};

// The sentences of a chunk in order, as views into its text: never across two blocks of the
// document, and line by line in tables and code.
std::vector<std::string_view> sentences_of(const knowledge::Chunk& chunk);
// The same with their words.
std::vector<Sentence> analysed_sentences_of(const knowledge::Chunk& chunk);

// The sentence with the highest coverage; of equals the first. A heading within the text goes with
// the sentence under it. The whole text when it is empty.
BestSentence best_sentence(const knowledge::Chunk& chunk, const SentenceScorer& scorer);
// The same for the chunk's analysed sentences.
BestSentence best_sentence(const knowledge::Chunk& chunk, const SentenceScorer& scorer,
                           std::span<const Sentence> sentences);

// A piece of text on one line, cut at a word's end with "…" beyond `bytes_max`.
std::string one_line(std::string_view text, std::size_t bytes_max);

}  // namespace aiva::search
