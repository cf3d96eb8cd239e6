#include "adapters/segment_index/segment_index.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "adapters/segment_index/internal/folder_lock.h"
#include "adapters/segment_index/internal/handle.h"
#include "adapters/segment_index/internal/upkeep.h"
#include "foundation/log.h"
#include "retrieval/collections/snapshot_search.h"

namespace aiva {
namespace {

using retrieval::AnalyzerPool;
using retrieval::Collection;
using segment_index::Handle;
using segment_index::HandlePointer;
using segment_index::Upkeep;

// Rows times dimensions that are compared in the caller's place: a few tenths of a millisecond.
constexpr std::size_t vector_work_max = 16'000'000;
constexpr std::size_t word_rows_max = 50'000;
// Files of so many bytes together are compared with their checksums before they are used: some ten
// milliseconds. Larger ones are compared behind the first searches.
constexpr std::size_t check_bytes_max = 64UL * 1024 * 1024;

std::unexpected<Error> not_open() {
  return fail(ErrorCode::not_found, "The index of the knowledge base is not open");
}

retrieval::NewRow to_row(IndexedPassage passage) {
  return {.key = passage.chunk.uuid,
          .group = passage.document.uuid,
          .attributes = {.page_first = static_cast<std::uint32_t>(std::max(passage.page_first, 0)),
                         .page_last = static_cast<std::uint32_t>(std::max(passage.page_last, 0)),
                         .kind = static_cast<std::uint32_t>(passage.kind)},
          .body = std::move(passage.text),
          .heading = std::move(passage.heading),
          .title = std::move(passage.title),
          .language = std::move(passage.language),
          .vector = std::move(passage.vector)};
}

retrieval::RowFilter to_row_filter(const PassageFilter& filter) {
  retrieval::RowFilter rows;
  if (filter.documents != nullptr)
    rows.has_group = [&documents = *filter.documents](const Uuid& group) {
      return documents.contains(DocumentId{group});
    };
  if (filter.page_min) rows.page_min = static_cast<std::uint32_t>(std::max(*filter.page_min, 0));
  if (filter.page_max) rows.page_max = static_cast<std::uint32_t>(std::max(*filter.page_max, 0));
  for (auto kind : filter.kinds) rows.kinds |= 1U << static_cast<std::uint32_t>(kind);
  return rows;
}

PassageHit to_hit(const retrieval::Snapshot& snapshot, const retrieval::FoundRow& found) {
  const auto& segment = *snapshot.segments[found.segment].segment;
  return {.chunk = ChunkId{segment.keys()[found.row]},
          .document = DocumentId{segment.group_keys()[segment.row_groups()[found.row]]},
          .score = found.score};
}

std::vector<PassageHit> to_hits(const retrieval::Snapshot& snapshot,
                                std::span<const retrieval::FoundRow> found, bool wants_vectors) {
  std::vector<PassageHit> hits;
  hits.reserve(found.size());
  for (const auto& row : found) {
    auto& hit = hits.emplace_back(to_hit(snapshot, row));
    if (wants_vectors) hit.vector = retrieval::vector_of(snapshot, row);
  }
  return hits;
}

std::vector<WordReason> to_reasons(std::vector<retrieval::KeywordReason> found) {
  std::vector<WordReason> reasons;
  for (auto& reason : found)
    reasons.push_back({.word = std::move(reason.word),
                       .term = std::move(reason.term),
                       .is_stem = reason.is_stem,
                       .body = reason.body,
                       .heading = reason.heading,
                       .title = reason.title,
                       .rarity = reason.rarity,
                       .score = reason.score});
  return reasons;
}

// Makes a vector unit length; false when it has no direction.
bool normalise(std::vector<float>& vector) {
  double square = 0;
  for (auto value : vector) square += static_cast<double>(value) * value;
  if (!std::isfinite(square) || square <= 0) return false;
  auto scale = static_cast<float>(1 / std::sqrt(square));
  for (auto& value : vector) value *= scale;
  return true;
}

class SegmentIndex final : public PassageIndex {
 public:
  SegmentIndex(SegmentIndexOptions options, segment_index::FolderLock lock, Metrics& metrics)
      : options_(std::move(options)),
        lock_(std::move(lock)),
        owns_folder_(lock_.is_held()),
        building_({.name = "index-build", .threads = 1, .nice = 5}),
        resident_(metrics.gauge("aiva_index_resident_bytes",
                                "What open indexes keep in memory for searches")),
        upkeep_(metrics, [this] { return handles(); }) {}

  ~SegmentIndex() override {
    for (const auto& handle : handles()) Upkeep::write(*handle);
  }

  Task<Result<std::int64_t>> open(CallContext context, KnowledgeBaseId base,
                                  PassageVectors vectors) override {
    retrieval::CollectionShape shape{.dimension = vectors.dimension,
                                     .metric = retrieval::Metric::cosine,
                                     .model = std::move(vectors.model)};
    auto known = find(base);
    if (known != nullptr && known->collection->shape() == shape)
      co_return known->collection->snapshot()->version;
    auto opening =
        run_on(building_, context, [this, base, shape] { return open_now(base, shape); });
    CO_TRY(auto handle, co_await std::move(opening));
    co_return handle->collection->snapshot()->version;
  }

  [[nodiscard]] std::optional<std::int64_t> version(KnowledgeBaseId base) const override {
    auto handle = find(base);
    if (handle == nullptr) return std::nullopt;
    return handle->collection->snapshot()->version;
  }

  Result<std::unique_ptr<Change>> begin(KnowledgeBaseId base) override {
    auto handle = find(base);
    if (handle == nullptr || !handle->begin_change()) return not_open();
    return std::make_unique<SegmentChange>(*this, std::move(handle));
  }

  void erase(KnowledgeBaseId base) override {
    HandlePointer handle;
    {
      std::unique_lock lock(mutex_);
      auto found = handles_.find(base);
      if (found != handles_.end()) {
        handle = std::move(found->second);
        handles_.erase(found);
      }
      closed_.erase(base);
      erasing_.insert(base);
    }
    if (handle != nullptr) handle->collection->seal();
    upkeep_.run([this, base, handle = std::move(handle)] {
      if (handle != nullptr) retire(*handle);
      std::error_code ignored;  // what stays is listed, and erased again
      if (owns_folder_) std::filesystem::remove_all(folder_of(base), ignored);
      std::unique_lock lock(mutex_);
      erasing_.erase(erasing_.find(base));
    });
  }

  Task<Result<std::vector<KnowledgeBaseId>>> list(CallContext context) override {
    auto listing = run_on(building_, context, [this] { return list_now(); });
    auto bases = co_await std::move(listing);
    co_return bases;
  }

  Task<Result<std::vector<PassageHit>>> search_vectors(CallContext context, KnowledgeBaseId base,
                                                       std::vector<float> vector,
                                                       PassageQuery query) override {
    return search_vectors_across(std::move(context), {base}, std::move(vector), std::move(query));
  }

  Task<Result<std::vector<PassageHit>>> search_words(CallContext context, KnowledgeBaseId base,
                                                     std::string text,
                                                     PassageQuery query) override {
    return search_words_across(std::move(context), {base}, std::move(text), std::move(query));
  }

  Task<Result<std::vector<PassageHit>>> search_vectors_across(CallContext context,
                                                              std::vector<KnowledgeBaseId> bases,
                                                              std::vector<float> vector,
                                                              PassageQuery query) override {
    auto uniting = unite(context, std::move(bases));
    CO_TRY(auto united, co_await std::move(uniting));
    const auto& shape = united.shape;
    if (vector.size() != shape.dimension)
      co_return fail(ErrorCode::invalid, "The query has another dimension than the index");
    if (!normalise(vector)) co_return fail(ErrorCode::invalid, "The query has no direction");
    const auto& snapshot = united.snapshot;
    auto scan = [&]() -> Result<std::vector<PassageHit>> {
      retrieval::SnapshotFilter filter(snapshot, to_row_filter(query.filter));
      auto found =
          retrieval::search_vectors(snapshot, shape.vectors(), vector, query.count_max, filter);
      auto hits = to_hits(snapshot, found, query.wants_vectors);
      for (auto& hit : hits) hit.score = std::clamp(hit.score, -1.0F, 1.0F);
      return hits;
    };
    bool is_short = snapshot.live() * shape.dimension <= vector_work_max;
    auto hits = co_await compute(context, is_short, scan);
    co_return hits;
  }

  Task<Result<std::vector<PassageHit>>> search_words_across(CallContext context,
                                                            std::vector<KnowledgeBaseId> bases,
                                                            std::string text,
                                                            PassageQuery query) override {
    auto uniting = unite(context, std::move(bases));
    CO_TRY(auto united, co_await std::move(uniting));
    const auto& snapshot = united.snapshot;
    auto look_up = [&]() -> Result<std::vector<PassageHit>> {
      retrieval::SnapshotFilter filter(snapshot, to_row_filter(query.filter));
      auto analyzer = analyzers_.lend();
      auto found = retrieval::search_words(snapshot, *analyzer, text, query.count_max, filter);
      auto hits = to_hits(snapshot, found, query.wants_vectors);
      if (!query.wants_reasons) return hits;
      auto reasons = retrieval::explain_words(snapshot, *analyzer, text, found);
      for (std::size_t i = 0; i < hits.size(); ++i)
        hits[i].words = to_reasons(std::move(reasons[i]));
      return hits;
    };
    auto hits = co_await compute(context, snapshot.live() <= word_rows_max, look_up);
    co_return hits;
  }

  [[nodiscard]] std::size_t size(KnowledgeBaseId base) const override {
    auto handle = find(base);
    return handle == nullptr ? 0 : handle->collection->snapshot()->live();
  }

 private:
  class SegmentChange final : public Change {
   public:
    SegmentChange(SegmentIndex& index, HandlePointer handle)
        : index_(index), handle_(std::move(handle)), change_(handle_->collection->begin()) {}
    ~SegmentChange() override { handle_->end_change(); }

    void remove(DocumentId document) override { change_.remove_group(document.uuid); }

    Task<Result<void>> add(CallContext context, std::vector<IndexedPassage> passages) override {
      auto adding = run_on(index_.building_, context, [this, &passages]() -> Result<void> {
        for (auto& passage : passages) TRY_VOID(change_.add(to_row(std::move(passage))));
        return {};
      });
      auto added = co_await std::move(adding);
      co_return added;
    }

    Task<Result<void>> commit(CallContext context, std::int64_t from_version,
                              std::int64_t to_version) override {
      auto committing = run_on(index_.building_, context, [this, from_version, to_version] {
        return handle_->collection->commit(std::move(change_), from_version, to_version);
      });
      CO_TRY_VOID(co_await std::move(committing));
      handle_->changed_at = segment_index::steady_ms();
      index_.upkeep_.look_at(handle_);
      index_.close_unused(handle_->base);
      co_return Result<void>{};
    }

   private:
    SegmentIndex& index_;
    HandlePointer handle_;
    Collection::Change change_;
  };

  // The segments of several knowledge bases as those of one.
  struct United {
    retrieval::CollectionShape shape{};
    retrieval::Snapshot snapshot{};
  };

  // Nothing unless all are open with vectors of one model.
  Task<Result<United>> unite(CallContext context, std::vector<KnowledgeBaseId> bases) {
    std::optional<United> united;
    for (auto base : bases) {
      CO_TRY(auto handle, co_await use(context, base));
      const auto& shape = handle->collection->shape();
      if (!united) united = United{.shape = shape};
      if (united->shape != shape) co_return not_open();
      const auto snapshot = handle->collection->snapshot();
      std::ranges::copy(snapshot->segments, std::back_inserter(united->snapshot.segments));
    }
    if (!united) co_return not_open();
    co_return std::move(*united);
  }

  template <class Function>
  Task<std::invoke_result_t<Function&>> compute(CallContext context, bool is_short,
                                                Function& function) {
    if (is_short || options_.compute == nullptr) co_return function();
    auto running = run_on(*options_.compute, context, [&function] { return function(); });
    auto outcome = co_await std::move(running);
    co_return outcome;
  }

  [[nodiscard]] std::filesystem::path folder_of(KnowledgeBaseId base) const {
    return options_.folder.empty() ? options_.folder : options_.folder / base.to_string();
  }

  [[nodiscard]] HandlePointer find(KnowledgeBaseId base) const {
    std::shared_lock lock(mutex_);
    auto found = handles_.find(base);
    return found == handles_.end() ? nullptr : found->second;
  }

  // What a search needs; opened again when it was closed for want of memory.
  Task<Result<HandlePointer>> use(CallContext context, KnowledgeBaseId base) {
    auto handle = find(base);
    if (handle == nullptr) {
      if (!shape_of_closed(base)) co_return not_open();
      auto opening = run_on(building_, context, [this, base] { return open_again(base); });
      CO_TRY(handle, co_await std::move(opening));
    }
    handle->used_at = ++uses_;
    co_return handle;
  }

  std::optional<retrieval::CollectionShape> shape_of_closed(KnowledgeBaseId base) const {
    std::shared_lock lock(mutex_);
    auto found = closed_.find(base);
    if (found == closed_.end()) return std::nullopt;
    return found->second;
  }

  std::vector<HandlePointer> handles() const {
    std::shared_lock lock(mutex_);
    std::vector<HandlePointer> all;
    for (const auto& [base, handle] : handles_) all.push_back(handle);
    return all;
  }

  static void retire(Handle& handle) {
    handle.collection->seal();
    std::lock_guard lock(handle.writing);
    handle.is_retired = true;
  }

  Result<std::vector<KnowledgeBaseId>> list_now() const {
    std::unordered_set<KnowledgeBaseId> bases;
    std::error_code code;
    if (owns_folder_) {
      for (const auto& entry : std::filesystem::directory_iterator(options_.folder, code))
        if (auto base = KnowledgeBaseId::parse(entry.path().filename().string()))
          bases.insert(*base);
    }
    if (code)
      return fail(ErrorCode::unavailable, "The folder for indexes cannot be read", code.message());
    std::shared_lock lock(mutex_);
    for (const auto& [base, handle] : handles_) bases.insert(base);
    for (auto base : erasing_) bases.erase(base);
    return std::vector(bases.begin(), bases.end());
  }

  // On the building thread, as open_now, so that nobody opens it in between for another model.
  Result<HandlePointer> open_again(KnowledgeBaseId base) {
    auto known = find(base);
    if (known != nullptr) return known;
    auto shape = shape_of_closed(base);
    if (!shape) return not_open();
    return open_now(base, *shape);
  }

  // On the building thread, so never twice at once.
  Result<HandlePointer> open_now(KnowledgeBaseId base, const retrieval::CollectionShape& shape) {
    auto known = find(base);
    if (known != nullptr && known->collection->shape() == shape) return known;
    if (known != nullptr) retire(*known);
    auto handle = std::make_shared<Handle>();
    handle->base = base;
    TRY(handle->collection, open_collection(base, shape));
    handle->used_at = ++uses_;
    {
      std::unique_lock lock(mutex_);
      handles_[base] = handle;
      closed_.erase(base);
    }
    if (handle->collection->file_bytes() > check_bytes_max)
      upkeep_.run([this, handle] {
        if (!upkeep_.is_stopping()) check(*handle);
      });
    close_unused(base);
    return handle;
  }

  // The first owner of a folder may have ended since: then it is ours, for what is opened from now.
  // On the building thread.
  bool may_write() {
    if (owns_folder_ || options_.folder.empty()) return owns_folder_;
    auto lock = segment_index::FolderLock::take(options_.folder);
    if (!lock || !lock->is_held()) return false;
    lock_ = std::move(*lock);
    owns_folder_ = true;
    log::info("The process that wrote the indexes has ended; this one writes them now");
    return true;
  }

  // While the folder of an index is being erased, a new one of the name stays on the heap.
  Result<std::unique_ptr<Collection>> open_collection(KnowledgeBaseId base,
                                                      const retrieval::CollectionShape& shape) {
    retrieval::CollectionOptions options{.folder = folder_of(base),
                                         .is_read_only = !may_write(),
                                         .shape = shape,
                                         .heap_rows_max = options_.heap_rows_max,
                                         .batch_rows_max = options_.batch_rows_max};
    {
      std::shared_lock lock(mutex_);
      if (erasing_.contains(base)) options.folder.clear();
    }
    TRY(auto collection, Collection::open(options, analyzers_));
    if (collection->file_bytes() > check_bytes_max) return collection;
    auto verified = collection->verify();
    if (verified) return collection;
    log::failure("An index is damaged and made anew", {}, verified.error());
    collection.reset();
    if (owns_folder_)
      remove_manifest(options.folder);
    else
      options.folder.clear();  // its owner's to make anew
    return Collection::open(options, analyzers_);
  }

  // Without its manifest an index is empty, whatever else stays.
  static void remove_manifest(const std::filesystem::path& folder) {
    std::error_code ignored;
    std::filesystem::remove(folder / retrieval::manifest_file, ignored);
  }

  // Reads all files of an index that was opened and gives it up when one is damaged: the rows are
  // brought to a new one.
  void check(Handle& handle) {
    auto verified = handle.collection->verify();
    if (verified) return;
    log::failure("An index is damaged and made anew", {}, verified.error());
    retire(handle);
    if (owns_folder_) remove_manifest(folder_of(handle.base));
    std::unique_lock lock(mutex_);
    auto found = handles_.find(handle.base);
    if (found != handles_.end() && found->second.get() == &handle) handles_.erase(found);
  }

  // Closes the indexes used longest ago while all together are too large.
  void close_unused(KnowledgeBaseId busy) {
    struct Use {
      std::int64_t used_at = 0;  // as it was: searches go on while these are sorted
      std::size_t bytes = 0;
      HandlePointer handle;
    };
    std::vector<Use> uses;
    std::size_t bytes = 0;
    for (auto& handle : handles()) {
      uses.push_back({handle->used_at, handle->collection->snapshot()->resident_bytes(), handle});
      bytes += uses.back().bytes;
    }
    std::ranges::sort(uses, {}, &Use::used_at);
    for (const auto& use : uses) {
      if (bytes <= options_.resident_bytes_max) break;
      if (use.handle->base == busy || use.handle->is_changing()) continue;
      bytes -= use.bytes;
      upkeep_.run([this, handle = use.handle] { close(handle); });
    }
    resident_.set(static_cast<double>(bytes));
  }

  // What is on disk when an index is closed is what it showed, so that a search can open it again.
  // One that cannot be written is forgotten, and brought its rows anew.
  void close(const HandlePointer& handle) {
    Upkeep::write(*handle);
    if (!handle->refuse_changes()) return;
    if (!handle->collection->seal_when_durable()) return handle->allow_changes();
    retire(*handle);
    std::unique_lock lock(mutex_);
    auto found = handles_.find(handle->base);
    if (found == handles_.end() || found->second != handle) return;
    handles_.erase(found);
    if (handle->collection->is_writable()) closed_[handle->base] = handle->collection->shape();
  }

  SegmentIndexOptions options_;
  segment_index::FolderLock lock_;  // after the start for the building thread alone
  std::atomic<bool> owns_folder_ = false;
  AnalyzerPool analyzers_;
  mutable std::shared_mutex mutex_;  // over the three below
  std::unordered_map<KnowledgeBaseId, HandlePointer> handles_;
  // Closed for want of memory, with all they showed on disk.
  std::unordered_map<KnowledgeBaseId, retrieval::CollectionShape> closed_;
  std::unordered_multiset<KnowledgeBaseId> erasing_;
  std::atomic<std::int64_t> uses_ = 0;
  ThreadPool building_;
  Gauge& resident_;
  Upkeep upkeep_;
};

}  // namespace

Result<std::unique_ptr<PassageIndex>> make_segment_index(SegmentIndexOptions options,
                                                         Metrics& metrics) {
  segment_index::FolderLock lock;
  if (!options.folder.empty()) {
    TRY(lock, segment_index::FolderLock::take(options.folder));
    if (!lock.is_held())
      log::info("Another process writes the indexes; what is newer is kept in memory");
  }
  return std::make_unique<SegmentIndex>(std::move(options), std::move(lock), metrics);
}

}  // namespace aiva
