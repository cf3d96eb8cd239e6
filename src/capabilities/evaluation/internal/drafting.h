#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/evaluation/golden_set.h"
#include "capabilities/knowledge/types.h"
#include "ports/passage_index.h"

namespace aiva::evaluation {

// Makes questions out of passages, for a person to edit. Of each document it takes so many as it is
// allowed, spread from its beginning to its end.
class Drafting {
 public:
  // The passages of a document, in their order. At most `count_max` become questions.
  void add(const knowledge::Document& document, const std::vector<IndexedPassage>& passages,
           std::size_t count_max);
  std::vector<GoldenQuestion> take() { return std::move(questions_); }
  [[nodiscard]] std::size_t count() const { return questions_.size(); }

 private:
  std::vector<GoldenQuestion> questions_;
};

// The tag of questions nobody has edited yet.
inline constexpr const char* draft_tag = "draft";

}  // namespace aiva::evaluation
