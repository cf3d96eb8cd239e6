#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "capabilities/search/internal/ranking.h"
#include "capabilities/search/search.h"

namespace aiva::search {

struct DiversityRule {
  double lambda = 1;  // 0…1
  std::size_t count_max = 10;
};

// Chooses hits one by one by maximal marginal relevance (Carbonell and Goldstein 1998,
// doi:10.1145/290941.291025): lambda times the score, as a share of the best one's, less
// 1 - lambda times the greatest likeness to a hit chosen before. Likeness is the cosine of the
// candidates' vectors; where one is missing, the share of words that both texts have.
void diversify(std::vector<TextHit>& hits, std::span<const Candidate> candidates,
               DiversityRule rule);

}  // namespace aiva::search
