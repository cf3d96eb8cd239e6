#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "retrieval/keywords/bm25.h"
#include "retrieval/keywords/keyword_search.h"

namespace aiva::retrieval {

// A term of one block that stands for a word of the query.
struct WeightedList {
  keyword_format::PostingList postings{};
  float points_max = 0;
  const std::string* term = nullptr;  // of the ResolvedQuery
  bool is_stem = false;               // a list of stems, or of words that are a stem
};

// The lists of one block for one word of the query, each once.
struct WordLists {
  std::size_t word = 0;
  float points_max = 0;  // of its written form
  std::vector<WeightedList> lists{};
};

// A query with what all blocks together know of its words.
class ResolvedQuery {
 public:
  ResolvedQuery(std::span<const KeywordScope> scopes, const KeywordQuery& query,
                const Bm25Settings& settings);

  // The words that the block of a scope has, in the query's order. Views into this and the block.
  [[nodiscard]] std::vector<WordLists> lists_of(std::size_t scope) const;
  [[nodiscard]] const Bm25& bm25() const { return bm25_; }

 private:
  // A term that stands for a word.
  struct Form {
    std::string term;  // as the dictionary has it
    bool is_stem = false;
    std::vector<keyword_format::PostingList> lists;  // of each scope
    std::uint64_t rows = 0;                          // of all of them
  };
  struct Word {
    std::vector<Form> forms;
    float points_max = 0;
  };
  // The forms of a word and about how many rows have any of them.
  struct Counted {
    std::vector<Form> forms{};
    std::uint64_t rows = 0;
  };

  static Form find_form(std::span<const KeywordScope> scopes, std::string term, bool is_stem);
  static Counted resolve(std::span<const KeywordScope> scopes, const KeywordWord& word);
  static Counted resolve_prefix(std::span<const KeywordScope> scopes, const std::string& prefix);

  Bm25 bm25_;
  std::vector<Word> words_;
};

}  // namespace aiva::retrieval
