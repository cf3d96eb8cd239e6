#pragma once

#include <string_view>
#include <vector>

#include "capabilities/search/search.h"

namespace aiva::search {

// Gives each hit the sentence of its chunk that fits the query best, and its page.
void highlight(std::vector<TextHit>& hits, std::string_view query);

}  // namespace aiva::search
