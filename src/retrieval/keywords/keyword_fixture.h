#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "retrieval/keywords/keyword_block.h"
#include "retrieval/keywords/keyword_builder.h"
#include "retrieval/segments/sections.h"

namespace aiva::retrieval::testing {

// A row's texts, owned.
struct RowText {
  std::string body;
  std::string heading{};
  std::string title{};
  std::string language = "en";
};

// A block together with its sections.
struct HeldBlock {
  std::unique_ptr<HeapSections> sections = std::make_unique<HeapSections>();
  KeywordBlock block;
};

inline HeldBlock open_block(std::unique_ptr<HeapSections> sections) {
  auto block = KeywordBlock::open(sections->table());
  AIVA_ASSERT(block.has_value());
  return {std::move(sections), *block};
}

inline HeldBlock build_block(std::span<const RowText> rows) {
  Analyzer analyzer;
  KeywordBuilder builder(analyzer);
  for (const auto& row : rows) builder.add({row.body, row.heading, row.title, row.language});
  auto sections = std::make_unique<HeapSections>();
  builder.finish(*sections);
  return open_block(std::move(sections));
}

// Words with several forms, in three languages, and codes; the first ones are common.
inline std::vector<RowText> make_corpus(std::size_t rows, unsigned seed) {
  static const std::vector<std::string> words = {
      "the",     "of",      "run",     "running", "runs",  "house",   "houses",  "Haus",
      "Häuser",  "Häusern", "été",     "ete",     "hôtel", "hotel",   "AB-12/3", "ab",
      "12",      "index",   "indexes", "indexed", "query", "queries", "東京都",  "東京",
      "segment", "merge",   "merging", "row",     "rows",  "score",   "scores",  "scoring"};
  static const std::vector<std::string> languages = {"en", "de", "fr", ""};
  std::mt19937 random(seed);
  auto make_text = [&](std::size_t words_max) {
    std::string text;
    for (auto left = random() % (words_max + 1); left > 0; --left) {
      // Of a skewed choice: the product of two even ones.
      auto first = random() % 1000;
      auto second = random() % 1000;
      text += words[first * second * words.size() / 1'000'000] + ' ';
    }
    return text;
  };
  std::vector<RowText> corpus;
  for (std::size_t row = 0; row < rows; ++row)
    corpus.push_back({.body = make_text(40),
                      .heading = make_text(row % 3 == 0 ? 4 : 0),
                      .title = make_text(row % 5 == 0 ? 3 : 0),
                      .language = languages[random() % languages.size()]});
  return corpus;
}

}  // namespace aiva::retrieval::testing
