#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "capabilities/search/terms.h"

namespace aiva::search {

// A sentence and its words.
struct Sentence {
  std::string_view text;
  std::vector<Term> terms{};
};

// Says how much of a question the words of a sentence cover. A word weighs more the fewer of the
// given sentences contain it (the idf of Okapi BM25); stop words weigh nothing unless the question
// has no others.
class SentenceScorer {
 public:
  // `sentences` is only the sample that rarity is counted in.
  SentenceScorer(std::string_view question, std::span<const Sentence> sentences);
  SentenceScorer(std::string_view question, std::span<const std::string_view> sentences);

  // 0 (no word shared) … 1 (every word of the question). Words that stand only in `context` (the
  // headings over the sentence), or only as the beginning of a longer word, count half.
  [[nodiscard]] double coverage(std::string_view sentence, std::string_view context = {}) const;
  // The same for a sentence whose terms are known.
  [[nodiscard]] double coverage(const std::vector<Term>& sentence,
                                const std::vector<Term>& context) const;
  // The share of the question's weight that this term has; 0 when the question lacks it.
  [[nodiscard]] double weight(const std::string& stem) const;
  // The share of the question's weight that no given sentence has, not even as part of a word.
  [[nodiscard]] double unknown_share() const { return unknown_share_; }
  // How many of the question's neighbouring words stand close together in the sentence too: 0…1.
  [[nodiscard]] double phrase_share(const std::vector<Term>& sentence) const;
  // Words of the question that weigh something.
  [[nodiscard]] std::size_t term_count() const { return weights_.size(); }

 private:
  std::unordered_map<std::string, double> weights_;  // sums to 1
  std::vector<std::string> order_;                   // the same words as the question has them
  double unknown_share_ = 0;
};

}  // namespace aiva::search
