#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "retrieval/keywords/keyword_block.h"
#include "retrieval/keywords/keyword_query.h"
#include "retrieval/row_mask.h"

namespace aiva::retrieval {

// BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework") over weighted frequencies:
// a word of a heading or title counts as often as its boost says. Values out of range are moved to
// the nearest end of it.
struct Bm25Settings {
  float saturation = 1.2F;     // k1, 0 to 4
  float length_share = 0.75F;  // b, 0 to 1
  float body_boost = 1;        // 0 to 100, as the other boosts
  float heading_boost = 2;
  float title_boost = 1.5F;
  float stem_weight = 0.8F;  // what a match of the stem counts, 0 to 1
};

// A block and which of its rows may be found. The block must outlive the search.
struct KeywordScope {
  const KeywordBlock* block = nullptr;
  RowMask mask{};
};

// A row of the block with this place among the scopes.
struct KeywordMatch {
  std::uint32_t block = 0;
  std::uint32_t row = 0;
  float score = 0;
};

// What a word of the query adds to the score of a row.
struct KeywordReason {
  std::string word;           // of the query
  std::string term;           // that the row has: the word, its stem, or one it begins
  bool is_stem = false;       // the row has the stem in another form
  std::uint32_t body = 0;     // how often it stands in the row's body,
  std::uint32_t heading = 0;  // in its heading
  std::uint32_t title = 0;    // and in its title
  float rarity = 0;           // BM25's idf: the fewer rows have the word, the more
  float score = 0;
};

// The best `count_max` rows, best first; of equal ones the smaller block and row. Counts and mean
// lengths are taken of all blocks together, dead rows included, so a score does not depend on how
// rows are spread over blocks.
std::vector<KeywordMatch> search_keywords(std::span<const KeywordScope> scopes,
                                          const KeywordQuery& query, const Bm25Settings& settings,
                                          std::size_t count_max);

// Why each of these rows was found: the words it has, in the query's order. Their scores add up to
// the row's. Nothing for a row that no block has.
std::vector<std::vector<KeywordReason>> explain_keywords(std::span<const KeywordScope> scopes,
                                                         const KeywordQuery& query,
                                                         const Bm25Settings& settings,
                                                         std::span<const KeywordMatch> matches);

}  // namespace aiva::retrieval
