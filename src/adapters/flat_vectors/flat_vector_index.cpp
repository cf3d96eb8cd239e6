#include "adapters/flat_vectors/flat_vector_index.h"

#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <utility>

#include "adapters/flat_vectors/internal/vector_snapshot.h"

namespace aiva {
namespace {

constexpr std::size_t dimension_max = 65536;

// One loaded knowledge base. Shared, because a writer keeps it while another thread drops it.
struct Slot {
  std::mutex
      writing;  // one change at a time; never held together with the index's mutex by readers
  std::shared_ptr<const VectorSnapshot> shown;  // guarded by the index's mutex
  std::size_t bytes = 0;                        // of `shown`, guarded by the index's mutex
  mutable std::atomic<std::uint64_t> used_at{0};
};

// The query at unit length; nothing when it has no direction.
std::optional<std::vector<float>> to_unit_length(std::span<const float> query) {
  double squares = 0;
  for (float value : query) squares += static_cast<double>(value) * value;
  if (!(squares > 0) || !std::isfinite(squares)) return std::nullopt;
  const double factor = 1 / std::sqrt(squares);
  std::vector<float> unit;
  unit.reserve(query.size());
  for (float value : query) unit.push_back(static_cast<float>(value * factor));
  return unit;
}

class FlatVectorIndex final : public VectorIndex {
 public:
  explicit FlatVectorIndex(const FlatVectorOptions& options) : bytes_max_(options.bytes_max) {}

  std::optional<std::int64_t> version(KnowledgeBaseId knowledge_base) const override {
    const auto shown = find_shown(knowledge_base);
    return shown == nullptr ? std::nullopt : std::optional(shown->version());
  }

  std::size_t size(KnowledgeBaseId knowledge_base) const override {
    const auto shown = find_shown(knowledge_base);
    return shown == nullptr ? 0 : shown->size();
  }

  Result<void> load(KnowledgeBaseId knowledge_base, std::size_t dimension, std::int64_t version,
                    std::span<const ChunkId> chunks, std::vector<float> values) override {
    if (dimension == 0 || dimension > dimension_max)
      return fail(ErrorCode::invalid, "The vectors have no sound dimension");
    if (values.size() % dimension != 0 || values.size() / dimension != chunks.size())
      return fail(ErrorCode::invalid, "The vectors do not fit the chunks");
    auto slot = std::make_shared<Slot>();
    return show(knowledge_base, slot,
                std::make_shared<VectorSnapshot>(version, dimension, chunks, std::move(values)));
  }

  Result<void> apply(KnowledgeBaseId knowledge_base, const VectorChange& change) override {
    const auto slot = find_slot(knowledge_base);
    if (slot == nullptr) return {};
    std::lock_guard writing(slot->writing);
    const auto shown = shown_of(knowledge_base, slot);
    if (shown == nullptr) return {};
    if (shown->version() != change.from_version) {
      drop_slot(knowledge_base, slot);
      return {};
    }
    if (change.values.size() != change.added.size() * shown->dimension())
      return fail(ErrorCode::invalid, "The vectors do not fit the chunks");
    auto next = std::make_shared<VectorSnapshot>(shown->apply(change));
    return show_next(knowledge_base, slot, std::move(next));
  }

  void drop(KnowledgeBaseId knowledge_base) override { drop_slot(knowledge_base, nullptr); }

  Result<std::vector<VectorHit>> search(KnowledgeBaseId knowledge_base,
                                        std::span<const float> query,
                                        std::size_t count_max) const override {
    const auto shown = find_shown(knowledge_base);
    if (shown == nullptr) return fail(ErrorCode::not_found, "The vectors are not loaded");
    if (query.size() != shown->dimension())
      return fail(ErrorCode::invalid, "The query has another dimension than the vectors");
    const auto unit = to_unit_length(query);
    if (!unit) return fail(ErrorCode::invalid, "The query has no direction");
    return shown->search(*unit, count_max);
  }

 private:
  using Slots = std::unordered_map<KnowledgeBaseId, std::shared_ptr<Slot>>;

  std::shared_ptr<Slot> find_slot(KnowledgeBaseId knowledge_base) const {
    std::shared_lock lock(mutex_);
    const auto found = slots_.find(knowledge_base);
    return found == slots_.end() ? nullptr : found->second;
  }

  std::shared_ptr<const VectorSnapshot> find_shown(KnowledgeBaseId knowledge_base) const {
    std::shared_lock lock(mutex_);
    const auto found = slots_.find(knowledge_base);
    if (found == slots_.end()) return nullptr;
    found->second->used_at.store(clock_.fetch_add(1, std::memory_order_relaxed),
                                 std::memory_order_relaxed);
    return found->second->shown;
  }

  // What `slot` shows; null when it was dropped or replaced meanwhile.
  std::shared_ptr<const VectorSnapshot> shown_of(KnowledgeBaseId knowledge_base,
                                                 const std::shared_ptr<Slot>& slot) const {
    std::shared_lock lock(mutex_);
    const auto found = slots_.find(knowledge_base);
    return found == slots_.end() || found->second != slot ? nullptr : slot->shown;
  }

  // Puts a new slot in the place of the old one.
  Result<void> show(KnowledgeBaseId knowledge_base, const std::shared_ptr<Slot>& slot,
                    std::shared_ptr<const VectorSnapshot> snapshot) {
    std::vector<std::shared_ptr<Slot>> freed;  // outside the lock
    std::unique_lock lock(mutex_);
    freed.push_back(take_slot(knowledge_base));
    if (snapshot->bytes() > bytes_max_) return too_large();
    slots_.emplace(knowledge_base, slot);
    set_shown(*slot, std::move(snapshot));
    make_room(knowledge_base, freed);
    return {};
  }

  // Shows the next version unless the slot was dropped meanwhile.
  Result<void> show_next(KnowledgeBaseId knowledge_base, const std::shared_ptr<Slot>& slot,
                         std::shared_ptr<const VectorSnapshot> snapshot) {
    std::vector<std::shared_ptr<Slot>> freed;
    std::shared_ptr<const VectorSnapshot> before;
    std::unique_lock lock(mutex_);
    const auto found = slots_.find(knowledge_base);
    if (found == slots_.end() || found->second != slot) return {};
    if (snapshot->bytes() > bytes_max_) {
      freed.push_back(take_slot(knowledge_base));
      return too_large();
    }
    before = slot->shown;
    set_shown(*slot, std::move(snapshot));
    make_room(knowledge_base, freed);
    return {};
  }

  // Drops the knowledge base, if `expected` is given only while it is in that slot.
  void drop_slot(KnowledgeBaseId knowledge_base, const std::shared_ptr<Slot>& expected) {
    std::shared_ptr<Slot> freed;
    std::unique_lock lock(mutex_);
    const auto found = slots_.find(knowledge_base);
    if (found == slots_.end() || (expected != nullptr && found->second != expected)) return;
    freed = take_slot(knowledge_base);
  }

  // The members below are called with the mutex held for writing.

  void set_shown(Slot& slot, std::shared_ptr<const VectorSnapshot> snapshot) {
    bytes_ -= slot.bytes;
    slot.bytes = snapshot->bytes();
    bytes_ += slot.bytes;
    slot.shown = std::move(snapshot);
    slot.used_at = clock_.fetch_add(1);
  }

  std::shared_ptr<Slot> take_slot(KnowledgeBaseId knowledge_base) {
    const auto found = slots_.find(knowledge_base);
    if (found == slots_.end()) return nullptr;
    auto slot = std::move(found->second);
    slots_.erase(found);
    bytes_ -= slot->bytes;
    return slot;
  }

  // Drops what was searched longest ago, but never `kept`, which fits alone.
  void make_room(KnowledgeBaseId kept, std::vector<std::shared_ptr<Slot>>& freed) {
    while (bytes_ > bytes_max_) {
      auto oldest = slots_.end();
      auto oldest_use = std::numeric_limits<std::uint64_t>::max();
      for (auto slot = slots_.begin(); slot != slots_.end(); ++slot) {
        if (slot->first == kept || slot->second->used_at > oldest_use) continue;
        oldest = slot;
        oldest_use = slot->second->used_at;
      }
      if (oldest == slots_.end()) return;
      freed.push_back(take_slot(oldest->first));
    }
  }

  static std::unexpected<Error> too_large() {
    return fail(ErrorCode::too_large, "The knowledge base is larger than the memory for vectors");
  }

  const std::size_t bytes_max_;
  mutable std::shared_mutex mutex_;
  mutable std::atomic<std::uint64_t> clock_{1};
  Slots slots_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::unique_ptr<VectorIndex> make_flat_vector_index(const FlatVectorOptions& options) {
  return std::make_unique<FlatVectorIndex>(options);
}

}  // namespace aiva
