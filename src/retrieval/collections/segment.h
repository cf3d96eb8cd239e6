#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "foundation/ids.h"
#include "foundation/result.h"
#include "retrieval/collections/row.h"
#include "retrieval/keywords/keyword_block.h"
#include "retrieval/segments/sections.h"
#include "retrieval/segments/segment_file.h"
#include "retrieval/vectors/vectors.h"

namespace aiva::retrieval {

// Rows with their vectors and keywords, never changed after they are made; on the heap or in a
// mapped file. Any thread.
class Segment {
 public:
  // Fails with `not_found`, `invalid` (damaged, or of another shape) or `unavailable`.
  static Result<std::shared_ptr<const Segment>> open(const std::filesystem::path& path,
                                                     const CollectionShape& shape);
  static Result<std::shared_ptr<const Segment>> of_heap(HeapSections sections,
                                                        const CollectionShape& shape);

  [[nodiscard]] std::size_t rows() const { return keys_.size(); }
  [[nodiscard]] std::span<const Uuid> keys() const { return keys_; }
  // For each row the place of its group in group_keys().
  [[nodiscard]] std::span<const std::uint32_t> row_groups() const { return row_groups_; }
  [[nodiscard]] std::span<const Uuid> group_keys() const { return group_keys_; }
  [[nodiscard]] std::span<const RowAttributes> attributes() const { return attributes_; }
  // Null when the collection has no vectors.
  [[nodiscard]] const VectorBlock* vectors() const { return vectors_ ? &*vectors_ : nullptr; }
  [[nodiscard]] const KeywordBlock& keywords() const { return *keywords_; }
  // Rows that have no vector, as a bitmap; empty when all have one.
  [[nodiscard]] std::span<const std::uint64_t> vectorless() const { return vectorless_; }

  // The file it is mapped from; empty on the heap.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] bool is_on_heap() const { return file_ == nullptr; }
  [[nodiscard]] std::size_t file_bytes() const { return is_on_heap() ? 0 : file_->bytes(); }
  // What searches keep in memory.
  [[nodiscard]] std::size_t resident_bytes() const;
  // Compares the file with its checksums; fails with `invalid`.
  [[nodiscard]] Result<void> verify() const;

 private:
  Segment() = default;
  Result<void> read(const SectionTable& table, const CollectionShape& shape);

  std::filesystem::path path_;
  std::unique_ptr<MappedSegment> file_;
  HeapSections heap_;
  std::span<const Uuid> keys_;
  std::span<const std::uint32_t> row_groups_;
  std::span<const Uuid> group_keys_;
  std::span<const RowAttributes> attributes_;
  std::optional<VectorBlock> vectors_;
  std::optional<KeywordBlock> keywords_;
  std::vector<std::uint64_t> vectorless_;
};

using SegmentPointer = std::shared_ptr<const Segment>;  // snapshots share segments

// A segment and which of its rows are deleted.
struct SegmentView {
  SegmentPointer segment;
  std::shared_ptr<const std::vector<std::uint64_t>> dead{};  // null: none
  std::size_t dead_count = 0;

  [[nodiscard]] std::span<const std::uint64_t> dead_rows() const {
    return dead == nullptr ? std::span<const std::uint64_t>() : std::span(*dead);
  }
  [[nodiscard]] bool is_dead(std::size_t row) const {
    return dead != nullptr && ((*dead)[row / 64] >> row % 64 & 1U) != 0;
  }
  [[nodiscard]] std::size_t live() const { return segment->rows() - dead_count; }
};

// The state of a collection at one version of its rows. Searches hold it as long as they run.
struct Snapshot {
  std::int64_t version = 0;
  std::vector<SegmentView> segments;

  [[nodiscard]] std::size_t live() const;
  [[nodiscard]] std::size_t resident_bytes() const;
};

using SnapshotPointer = std::shared_ptr<const Snapshot>;  // held by readers while it is replaced

}  // namespace aiva::retrieval
