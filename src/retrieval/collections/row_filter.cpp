#include "retrieval/collections/row_filter.h"

namespace aiva::retrieval {
namespace {

// For each group of the segment whether the filter has it.
std::vector<std::uint8_t> known_groups(const Segment& segment, const RowFilter& filter) {
  std::vector<std::uint8_t> known(segment.group_keys().size());
  for (std::size_t i = 0; i < known.size(); ++i)
    known[i] = filter.has_group(segment.group_keys()[i]) ? 1 : 0;
  return known;
}

bool fits(const RowAttributes& row, const RowFilter& filter) {
  if (filter.page_min && row.page_last < *filter.page_min) return false;
  if (filter.page_max && row.page_first > *filter.page_max) return false;
  return filter.kinds == 0 || (row.kind < row_kinds_max && (filter.kinds >> row.kind & 1U) != 0);
}

}  // namespace

RowBits allowed_rows(const Segment& segment, const RowFilter& filter) {
  RowBits allowed;
  allowed.bits.resize((segment.rows() + 63) / 64);
  std::vector<std::uint8_t> known;
  if (filter.has_group) known = known_groups(segment, filter);
  bool asks_attributes = filter.page_min || filter.page_max || filter.kinds != 0;
  const auto groups = segment.row_groups();
  const auto attributes = segment.attributes();
  for (std::size_t row = 0; row < segment.rows(); ++row) {
    if (filter.has_group && known[groups[row]] == 0) continue;
    if (asks_attributes && !fits(attributes[row], filter)) continue;
    allowed.bits[row / 64] |= std::uint64_t{1} << row % 64;
    ++allowed.count;
  }
  return allowed;
}

RowMask mask_of(const SegmentView& view, const RowBits* allowed) {
  RowMask mask{.dead = view.dead_rows()};
  if (allowed == nullptr) return mask;
  mask.allowed = allowed->bits;
  mask.allowed_count = allowed->count;
  return mask;
}

}  // namespace aiva::retrieval
