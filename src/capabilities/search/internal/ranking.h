#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "capabilities/search/ranking_options.h"
#include "foundation/ids.h"
#include "ports/passage_index.h"

namespace aiva::search {

// A chunk that one of the lists brought up, with the reasons for its place.
struct Candidate {
  ChunkId chunk{};
  double score = 0;  // 0…1: 1 is first in every list that was used
  std::optional<double> cosine{};
  std::optional<double> bm25{};
  int vector_rank = 0;  // from 1; 0: not in that list
  int keyword_rank = 0;
  std::vector<float> vector{};      // where it was asked for
  std::vector<WordReason> words{};  // where they were asked for
};

struct FusionRule {
  Fusion fusion = Fusion::rrf;
  FusionWeights weights{};
  std::size_t list_max = 50;  // of each list; a list of so many may have left others out
};

// What the same question in other words brought up: it moves candidates and adds more.
struct OtherList {
  std::vector<PassageHit> hits{};
  double weight = 0;  // as those of the rule
};

// Fuses all lists, best first. An empty list takes no part. A weighted score is the weighted mean
// of the scores in the lists, each spread from 0 for what the list leaves out (the last of a list
// that is full; else a score of 0) to 1 for its best.
std::vector<Candidate> rank_candidates(std::span<const PassageHit> vectors,
                                       std::span<const PassageHit> keywords, const FusionRule& rule,
                                       std::span<const OtherList> others = {});

}  // namespace aiva::search
