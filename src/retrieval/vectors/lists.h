#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "retrieval/vectors/layout.h"

namespace aiva::retrieval {

// Rows sorted into lists around centres, in the space of residuals.
struct Lists {
  std::vector<std::uint32_t> bounds;  // list l holds the places bounds[l] … bounds[l + 1]
  std::vector<std::uint32_t> rows;    // the row at each place
  std::vector<std::uint8_t> centres;  // as bytes, like rows; empty: the block stays flat
  std::vector<RowFactors> factors;
  std::size_t probes = 0;

  // The centre as its bytes have it; this, not the mean it came from, is what codes refer to.
  void read_centre(Metric metric, std::size_t list, std::span<float> out) const;
};

// Clusters the rows of a block by their bytes, and finds how many lists a search must read by
// searching for rows of the block. No lists when the rows are few, or when so many lists would have
// to be read that a scan of all codes is as good.
Lists make_lists(const VectorViews& views, const VectorBuildOptions& options);

}  // namespace aiva::retrieval
