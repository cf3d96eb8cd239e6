#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "foundation/result.h"
#include "retrieval/collections/row.h"
#include "retrieval/collections/segment.h"
#include "retrieval/keywords/analysis.h"
#include "retrieval/segments/sections.h"

namespace aiva::retrieval {

// Writes the sections of new rows, in their order. A row's vector is either missing or of the
// shape's dimension.
void write_segment(std::span<const NewRow> rows, const CollectionShape& shape, Analyzer& analyzer,
                   SectionSink& sink);

// The place of a row among several segments.
struct RowPlace {
  std::uint32_t source = 0;
  std::uint32_t row = 0;
};

// Writes the sections of the living rows of several segments, end to end, and answers where each
// row of the new segment came from. Fails with `internal` when a source is damaged.
Result<std::vector<RowPlace>> write_merged(std::span<const SegmentView> sources,
                                           const CollectionShape& shape, SectionSink& sink);

}  // namespace aiva::retrieval
