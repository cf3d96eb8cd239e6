#include "retrieval/collections/segment.h"

#include <algorithm>
#include <array>
#include <utility>

namespace aiva::retrieval {
namespace {

// Read all the time by every search, so worth fetching before the first one.
constexpr std::array sections_scanned{SectionKind::vector_codes, SectionKind::vector_code_factors,
                                      SectionKind::keyword_term_offsets};
// Read at a few places by a search.
constexpr std::array sections_sampled{SectionKind::vector_bytes, SectionKind::vector_halves,
                                      SectionKind::keyword_positions, SectionKind::row_keys};

std::unexpected<Error> not_fit(const char* what) {
  return fail(ErrorCode::invalid, "An index segment does not fit", what);
}

}  // namespace

Result<SegmentPointer> Segment::open(const std::filesystem::path& path,
                                     const CollectionShape& shape) {
  TRY(auto file, MappedSegment::open(path));
  std::shared_ptr<Segment> segment(new Segment);
  TRY_VOID(segment->read(file->table(), shape));
  for (auto kind : sections_scanned) file->expect_all(kind);
  for (auto kind : sections_sampled) file->expect_random(kind);
  segment->path_ = path;
  segment->file_ = std::move(file);
  return segment;
}

Result<SegmentPointer> Segment::of_heap(HeapSections sections, const CollectionShape& shape) {
  std::shared_ptr<Segment> segment(new Segment);
  segment->heap_ = std::move(sections);
  TRY_VOID(segment->read(segment->heap_.table(), shape));
  return segment;
}

Result<void> Segment::read(const SectionTable& table, const CollectionShape& shape) {
  keys_ = table.values<Uuid>(SectionKind::row_keys);
  row_groups_ = table.values<std::uint32_t>(SectionKind::row_groups);
  group_keys_ = table.values<Uuid>(SectionKind::group_keys);
  attributes_ = table.values<RowAttributes>(SectionKind::row_attributes);
  if (row_groups_.size() != keys_.size() || attributes_.size() != keys_.size())
    return not_fit("columns of different lengths");
  auto has_group = [this](std::uint32_t group) { return group < group_keys_.size(); };
  if (!std::ranges::all_of(row_groups_, has_group)) return not_fit("row of no group");
  TRY(auto keywords, KeywordBlock::open(table));
  if (keywords.rows() != keys_.size()) return not_fit("keywords of another number of rows");
  keywords_.emplace(keywords);
  if (shape.dimension == 0) return {};
  TRY(auto vectors, VectorBlock::open(table));
  if (vectors.rows() != keys_.size()) return not_fit("vectors of another number of rows");
  if (vectors.shape().dimension != shape.dimension || vectors.shape().metric != shape.metric)
    return not_fit("vectors of another shape");
  vectors_.emplace(std::move(vectors));
  for (std::size_t row = 0; row < attributes_.size(); ++row) {
    if (attributes_[row].has_vector != 0) continue;
    vectorless_.resize((keys_.size() + 63) / 64);
    vectorless_[row / 64] |= std::uint64_t{1} << row % 64;
  }
  return {};
}

std::size_t Segment::resident_bytes() const {
  if (is_on_heap()) return heap_.bytes();
  auto bytes = keys_.size_bytes() + row_groups_.size_bytes() + group_keys_.size_bytes() +
               attributes_.size_bytes() + keywords_->resident_bytes();
  return bytes + (vectors_ ? vectors_->resident_bytes() : 0);
}

Result<void> Segment::verify() const { return file_ == nullptr ? Result<void>{} : file_->verify(); }

std::size_t Snapshot::live() const {
  std::size_t rows = 0;
  for (const auto& view : segments) rows += view.live();
  return rows;
}

std::size_t Snapshot::resident_bytes() const {
  std::size_t bytes = 0;
  for (const auto& view : segments)
    bytes += view.segment->resident_bytes() + view.dead_rows().size_bytes();
  return bytes;
}

}  // namespace aiva::retrieval
