#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "capabilities/evaluation/judging.h"
#include "ports/passage_index.h"

namespace aiva::evaluation {

// Finds targets that no passage of a knowledge base fits, for example because their text was cut
// apart: no search can bring them up. `aliases` is borrowed.
class ReachCheck {
 public:
  ReachCheck(const std::vector<GoldenQuestion>& questions, const DocumentAliases* aliases);

  // Whether looking at so many passages stays within bounds.
  [[nodiscard]] bool is_affordable(std::int64_t passages) const;
  void offer(const knowledge::Document& document, const std::vector<IndexedPassage>& passages);
  // The questions with a target that counts and that no passage offered fits, in their order.
  [[nodiscard]] std::vector<std::size_t> unreachable() const;

 private:
  struct Sought {
    std::size_t question = 0;
    std::size_t target = 0;
    bool is_found = false;
  };

  std::vector<Judge> judges_;  // of the questions
  std::vector<Sought> sought_;
};

}  // namespace aiva::evaluation
