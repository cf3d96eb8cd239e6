#pragma once

#include <optional>
#include <span>
#include <vector>

#include "foundation/ids.h"
#include "ports/passage_index.h"

namespace aiva::search {

// A chunk that one of the lists brought up, with the reasons for its place.
struct Candidate {
  ChunkId chunk{};
  double score = 0;  // 0…1: reciprocal rank fusion over the lists used; 1 is first in all of them
  std::optional<double> cosine{};
  std::optional<double> bm25{};
  int vector_rank = 0;  // from 1; 0: not in that list
  int keyword_rank = 0;
};

// Fuses both lists, best first; a place in the vector list counts `vector_weight` of one in the
// keyword list. An empty list takes no part.
std::vector<Candidate> rank_candidates(std::span<const PassageHit> vectors,
                                       std::span<const PassageHit> keywords, double vector_weight);

}  // namespace aiva::search
