#pragma once

#include <span>
#include <vector>

#include "capabilities/knowledge/types.h"
#include "capabilities/search/internal/ranking.h"
#include "capabilities/search/search.h"

namespace aiva::search {

// The chunks, in the order of the candidates, with why these stand where they stand.
std::vector<TextHit> make_hits(std::span<const Candidate> ranked,
                               std::vector<knowledge::Chunk> chunks);

}  // namespace aiva::search
