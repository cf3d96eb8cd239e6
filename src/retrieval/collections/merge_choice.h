#pragma once

#include <cstddef>
#include <vector>

#include "retrieval/collections/segment.h"

namespace aiva::retrieval {

// The places of the segments that are worth being merged now, none when all is well: several of
// about one size (so that each row is rewritten a logarithmic number of times), or one that is a
// fifth dead. All are on the heap or all are files, with at most `rows_max` living rows.
std::vector<std::size_t> choose_merge(const Snapshot& snapshot, std::size_t rows_max);

}  // namespace aiva::retrieval
