#pragma once

#include <cstddef>
#include <string_view>

#include "documents/tokens/token_ranks.h"

namespace aiva::documents {

// How many tokens are left of a word's bytes when the neighbours of lowest rank, the leftmost of
// equals, are merged again and again. Takes O(n log n) for long words.
std::size_t count_byte_pairs(const TokenRanks& ranks, std::string_view word);

}  // namespace aiva::documents
