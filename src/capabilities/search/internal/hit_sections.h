#pragma once

#include <cstddef>
#include <vector>

#include "capabilities/knowledge/sections.h"
#include "capabilities/search/search.h"

namespace aiva::search {

// Gives the first `count_max` hits their sections, of which there is one for each of the hits. A
// hit whose chunk stands in the section of one before is left out.
void add_sections(std::vector<TextHit>& hits, std::vector<knowledge::Section> sections,
                  std::size_t count_max);

}  // namespace aiva::search
