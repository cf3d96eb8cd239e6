#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "foundation/ids.h"
#include "retrieval/collections/segment.h"
#include "retrieval/row_mask.h"

namespace aiva::retrieval {

// Which rows a search may answer with; every part that is set must hold.
struct RowFilter {
  std::function<bool(const Uuid&)> has_group{};  // none: all groups
  std::optional<std::uint32_t> page_min{};       // some page of the row is at least this
  std::optional<std::uint32_t> page_max{};       // some page of the row is at most this
  std::uint32_t kinds = 0;                       // bit k: rows of kind k; 0: all

  [[nodiscard]] bool is_open() const { return !has_group && !page_min && !page_max && kinds == 0; }
};

// The rows of one segment a filter allows.
struct RowBits {
  std::vector<std::uint64_t> bits;
  std::size_t count = 0;
};

// Compiles a filter for a segment; deleted rows may be among the allowed ones.
RowBits allowed_rows(const Segment& segment, const RowFilter& filter);

// What a search may see of a segment: `allowed` null means everything alive. Both are borrowed.
RowMask mask_of(const SegmentView& view, const RowBits* allowed);

}  // namespace aiva::retrieval
