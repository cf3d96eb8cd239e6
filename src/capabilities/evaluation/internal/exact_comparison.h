#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "capabilities/evaluation/report.h"
#include "ports/passage_index.h"
#include "retrieval/top_k.h"

namespace aiva::evaluation {

// Compares the vectors an index brought up with those an exact scan of all rows brings up.
class ExactComparison {
 public:
  static constexpr std::size_t depth = 10;

  explicit ExactComparison(std::size_t dimension) : dimension_(dimension) {}

  // A question's vector of unit length and the nearest `depth` chunks by the index.
  void add_query(std::vector<float> vector, const std::vector<PassageHit>& answered);
  // Some of the rows; those without a vector are passed over.
  void offer(const std::vector<IndexedPassage>& passages);
  // After all rows.
  ExactRecall result();

 private:
  // A chunk the index brought up for a query, and its exact score once its row came by.
  struct Answered {
    std::size_t query = 0;
    std::optional<float> score{};
  };
  struct Query {
    std::vector<float> vector;
    retrieval::TopK<std::uint64_t> nearest{depth};
  };

  std::size_t dimension_;
  std::uint64_t rows_ = 0;
  std::vector<Query> queries_;
  std::unordered_multimap<ChunkId, Answered> answered_;
};

}  // namespace aiva::evaluation
