#pragma once

#include <vector>

#include "capabilities/search/ranking_options.h"
#include "capabilities/search/search.h"
#include "foundation/time.h"

namespace aiva::search {

// Multiplies the scores of hits by what the options say of their documents and puts the best
// first.
void apply_boosts(std::vector<TextHit>& hits, const RankingOptions& options, UnixMs now);

}  // namespace aiva::search
