#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "retrieval/keywords/keyword_block.h"
#include "retrieval/keywords/keyword_query.h"

namespace aiva::retrieval {

// The rows of a block that have every phrase: bit i of word i / 64 speaks of row i.
std::vector<std::uint64_t> find_phrase_rows(const KeywordBlock& block,
                                            std::span<const KeywordPhrase> phrases);

}  // namespace aiva::retrieval
