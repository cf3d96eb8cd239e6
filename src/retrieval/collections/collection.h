#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "foundation/ids.h"
#include "foundation/result.h"
#include "retrieval/collections/analyzer_pool.h"
#include "retrieval/collections/manifest.h"
#include "retrieval/collections/published.h"
#include "retrieval/collections/row.h"
#include "retrieval/collections/segment.h"
#include "retrieval/collections/segment_writing.h"

namespace aiva::retrieval {

struct CollectionOptions {
  std::filesystem::path folder{};  // of this collection alone; empty: everything stays on the heap
  bool is_read_only = false;  // another process writes the folder: what is new stays on the heap
  CollectionShape shape{};
  std::size_t heap_rows_max = 4096;  // more rows on the heap want to be flushed
  std::size_t heap_bytes_max = 64UL * 1024 * 1024;
  std::size_t batch_rows_max = 8192;         // of a change, before they become a segment
  std::size_t segment_rows_max = 1'000'000;  // merging makes none larger
};

// Rows that are searched by their vectors and words. They are a copy of rows kept elsewhere, under
// a version number: whatever is lost here is applied again from there. Readers take a snapshot and
// are never held up; changes come one after the other, upkeep beside them. Any thread.
//
// On disk: segment files, and a manifest that names them with their deleted rows and the version.
// The manifest is replaced in one step, so a crash shows the rows of one version, exactly.
class Collection {
 public:
  // `analyzers` is borrowed. Opens the folder or begins an empty collection at version 0: also when
  // the folder's is damaged or of another shape. Fails with `unavailable` when the folder cannot be
  // used.
  static Result<std::unique_ptr<Collection>> open(CollectionOptions options,
                                                  AnalyzerPool& analyzers);

  [[nodiscard]] SnapshotPointer snapshot() const { return snapshot_.load(); }
  [[nodiscard]] const CollectionShape& shape() const { return options_.shape; }
  // Whether it is kept on disk by this process.
  [[nodiscard]] bool is_writable() const {
    return !options_.folder.empty() && !options_.is_read_only;
  }

  // A set of changes that becomes visible at once. Rows are turned into segments while they come;
  // files of a change that is never committed go with it.
  class Change {
   public:
    Change(Change&&) noexcept = default;
    Change& operator=(Change&&) = delete;
    ~Change();
    // All rows of the group that are there now go.
    void remove_group(const Uuid& group) { removed_.insert(group); }
    // Fails with `invalid` when the vector does not fit the shape.
    Result<void> add(NewRow row);

   private:
    friend class Collection;
    explicit Change(Collection& collection) : collection_(&collection) {}
    Result<void> seal();

    Collection* collection_;
    std::unordered_set<Uuid> removed_;
    std::vector<NewRow> rows_;
    std::vector<SegmentPointer> segments_;
  };
  [[nodiscard]] Change begin() { return Change(*this); }
  // Shows the change as `to_version`. Fails with `conflict`, changing nothing, unless the
  // collection is at `from_version` and open for changes.
  Result<void> commit(Change change, std::int64_t from_version, std::int64_t to_version);

  // Whether rows on the heap should be written to a file, and whether segments should be merged.
  [[nodiscard]] bool wants_flush() const;
  [[nodiscard]] bool wants_merge() const;
  // Whether a new start would have to apply changes again.
  [[nodiscard]] bool is_ahead_of_disk() const;
  // Writes rows on the heap into a segment file and a manifest. One upkeep at a time; others wait.
  Result<void> flush();
  // Merges segments once, when there are any worth it; answers whether it did.
  Result<bool> merge();
  // Takes no changes from now on.
  void seal();
  // The same, unless a new start would have to apply changes again; answers whether it did.
  bool seal_when_durable();
  // Compares all files with their checksums; fails with `invalid`.
  [[nodiscard]] Result<void> verify() const;
  [[nodiscard]] std::size_t file_bytes() const;

 private:
  Collection(CollectionOptions options, AnalyzerPool& analyzers);
  Result<void> load();
  Result<SegmentPointer> open_listed(const ManifestSegment& listed) const;
  [[nodiscard]] bool may_merge(const Snapshot& snapshot, std::span<const std::size_t> chosen) const;
  void remove_strangers() const;
  Result<SegmentPointer> make_segment(std::span<const NewRow> rows);
  struct Merged {
    SegmentPointer segment;  // null: no row was left
    std::vector<RowPlace> places;
  };
  enum class Target { heap, file };
  Result<Merged> merge_views(std::span<const SegmentView> views, Target target);
  void replace(std::span<const SegmentView> views, const Merged& merged);
  Result<void> move_to_file(const Snapshot& snapshot, std::span<const SegmentView> views);
  Result<void> record(const Snapshot& snapshot);
  std::filesystem::path next_file();

  CollectionOptions options_;
  AnalyzerPool& analyzers_;
  Published<Snapshot> snapshot_;
  std::mutex writing_;      // over the change of snapshot_
  bool is_sealed_ = false;  // under writing_
  std::mutex upkeep_;       // over flush, merge and what is on disk
  std::string file_stem_;   // of files this object writes; no other object's begin with it
  std::atomic<std::uint64_t> next_number_ = 1;
  std::uint64_t sequence_ = 0;  // of the last manifest; under upkeep_
  std::atomic<std::int64_t> disk_version_ = 0;
};

}  // namespace aiva::retrieval
