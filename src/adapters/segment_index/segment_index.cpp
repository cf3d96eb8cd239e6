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
    auto version = co_await std::move(opening);
    co_return version;
  }

  [[nodiscard]] std::optional<std::int64_t> version(KnowledgeBaseId base) const override {
    auto handle = find(base);
    if (handle == nullptr) return std::nullopt;
    return handle->collection->snapshot()->version;
  }

  Result<std::unique_ptr<Change>> begin(KnowledgeBaseId base) override {
    auto handle = find(base);
    if (handle == nullptr) return not_open();
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
    }
    auto folder = folder_of(base);
    upkeep_.run([handle = std::move(handle), folder] {
      if (handle != nullptr) retire(*handle);
      std::error_code ignored;  // an index of no rows; found and removed when it is opened again
      if (!folder.empty()) std::filesystem::remove_all(folder, ignored);
    });
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
    auto united = unite(bases);
    if (!united) co_return not_open();
    const auto& shape = united->shape;
    if (vector.size() != shape.dimension)
      co_return fail(ErrorCode::invalid, "The query has another dimension than the index");
    if (!normalise(vector)) co_return fail(ErrorCode::invalid, "The query has no direction");
    const auto& snapshot = united->snapshot;
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
    auto united = unite(bases);
    if (!united) co_return not_open();
    const auto& snapshot = united->snapshot;
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
  std::optional<United> unite(std::span<const KnowledgeBaseId> bases) {
    std::optional<United> united;
    for (auto base : bases) {
      auto handle = use(base);
      if (handle == nullptr) return std::nullopt;
      const auto& shape = handle->collection->shape();
      if (!united) united = United{.shape = shape};
      if (united->shape != shape) return std::nullopt;
      const auto& segments = handle->collection->snapshot()->segments;
      std::ranges::copy(segments, std::back_inserter(united->snapshot.segments));
    }
    return united;
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

  HandlePointer use(KnowledgeBaseId base) {
    auto handle = find(base);
    if (handle != nullptr) handle->used_at = ++uses_;
    return handle;
  }

  std::vector<HandlePointer> handles() const {
    std::shared_lock lock(mutex_);
    std::vector<HandlePointer> all;
    for (const auto& [base, handle] : handles_) all.push_back(handle);
    return all;
  }

  static void retire(Handle& handle) {
    std::lock_guard lock(handle.writing);
    handle.is_retired = true;
  }

  // On the building thread, so never twice at once.
  Result<std::int64_t> open_now(KnowledgeBaseId base, const retrieval::CollectionShape& shape) {
    auto known = find(base);
    if (known != nullptr && known->collection->shape() == shape)
      return known->collection->snapshot()->version;
    if (known != nullptr) retire(*known);
    auto handle = std::make_shared<Handle>();
    handle->base = base;
    handle->folder = folder_of(base);
    TRY(handle->collection, Collection::open({.folder = handle->folder,
                                              .is_read_only = !lock_.is_held(),
                                              .shape = shape,
                                              .heap_rows_max = options_.heap_rows_max},
                                             analyzers_));
    handle->used_at = ++uses_;
    auto shown = handle->collection->snapshot()->version;
    {
      std::unique_lock lock(mutex_);
      handles_[base] = handle;
    }
    upkeep_.run([this, handle] {
      if (!upkeep_.is_stopping()) check(*handle);
    });
    close_unused(base);
    return shown;
  }

  // Reads all files of an index that was opened and gives it up when one is damaged: the rows are
  // brought to a new one.
  void check(Handle& handle) {
    auto verified = handle.collection->verify();
    if (verified) return;
    log::failure("An index is damaged and made anew", {}, verified.error());
    retire(handle);
    {
      std::unique_lock lock(mutex_);
      auto found = handles_.find(handle.base);
      if (found != handles_.end() && found->second.get() == &handle) handles_.erase(found);
    }
    std::error_code ignored;  // without its manifest it is empty, whatever else stays
    if (lock_.is_held()) std::filesystem::remove(handle.folder / retrieval::manifest_file, ignored);
  }

  // Closes the indexes used longest ago while all together are too large.
  void close_unused(KnowledgeBaseId busy) {
    auto all = handles();
    std::ranges::sort(all, {}, [](const auto& handle) { return handle->used_at.load(); });
    std::size_t bytes = 0;
    for (const auto& handle : all) bytes += handle->collection->snapshot()->resident_bytes();
    for (const auto& handle : all) {
      if (bytes <= options_.resident_bytes_max) break;
      if (handle->base == busy) continue;
      bytes -= std::min(bytes, handle->collection->snapshot()->resident_bytes());
      upkeep_.run([this, handle] { close(handle); });
    }
    resident_.set(static_cast<double>(bytes));
  }

  void close(const HandlePointer& handle) {
    Upkeep::write(*handle);
    retire(*handle);
    std::unique_lock lock(mutex_);
    auto found = handles_.find(handle->base);
    if (found != handles_.end() && found->second == handle) handles_.erase(found);
  }

  SegmentIndexOptions options_;
  segment_index::FolderLock lock_;
  AnalyzerPool analyzers_;
  mutable std::shared_mutex mutex_;  // over handles_
  std::unordered_map<KnowledgeBaseId, HandlePointer> handles_;
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
