#pragma once

#include <cstdint>
#include <span>

#include "foundation/result.h"
#include "retrieval/keywords/keyword_block.h"
#include "retrieval/segments/sections.h"

namespace aiva::retrieval {

// A block whose rows go into a new one, but for the dead: bit i of word i / 64 speaks of row i.
struct KeywordSource {
  const KeywordBlock* block = nullptr;
  std::span<const std::uint64_t> dead{};
};

// Writes the keyword sections of a new segment: the living rows of all sources, end to end, in
// their order, without their texts. The same bytes as a builder would write of those rows. Fails
// with `internal` when a source is damaged and with `too_large` beyond keyword_rows_max; the sink
// then is of no use.
Result<void> merge_keywords(std::span<const KeywordSource> sources, SectionSink& sink);

}  // namespace aiva::retrieval
