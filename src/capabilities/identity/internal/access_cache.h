#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "capabilities/identity/types.h"
#include "foundation/lru_cache.h"

namespace aiva::identity {

// Remembers for a second who holds a token or key. Any thread. Each entry carries the stamp
// its owner (user or key) had before the rows were read, so that a change that happens meanwhile
// makes the entry worthless however the two race.
class AccessCache {
 public:
  using Stamp = std::uint32_t;

  AccessCache(std::size_t entries_max, std::chrono::milliseconds time_to_live)
      : entries_(entries_max, time_to_live) {}

  // Null when the holder is not remembered, was changed, or the secret expired by `now`.
  PrincipalPointer find(std::string_view secret, UnixMs now) {
    auto entry = entries_.get(std::string(secret));
    if (entry == nullptr || entry->expires_at <= now) return nullptr;
    if (stamp_of(entry->owner) != entry->stamp) return nullptr;
    return entry->principal;
  }

  // To be asked before the rows about `owner` are read.
  [[nodiscard]] Stamp stamp_of(const Uuid& owner) const {
    return stamps_[slot_of(owner)].load(std::memory_order_acquire);
  }

  struct Holder {
    Uuid owner;
    Stamp stamp;
    UnixMs expires_at;
  };
  void put(std::string_view secret, PrincipalPointer principal, const Holder& holder) {
    entries_.put(std::string(secret),
                 std::make_shared<const Entry>(
                     Entry{std::move(principal), holder.owner, holder.stamp, holder.expires_at}));
  }

  // Forgets all that is remembered of a user or key; to be called after the change is committed.
  void forget(const Uuid& owner) {
    stamps_[slot_of(owner)].fetch_add(1, std::memory_order_acq_rel);
  }
  void forget_all() {
    for (auto& stamp : stamps_) stamp.fetch_add(1, std::memory_order_acq_rel);
  }

 private:
  struct Entry {
    PrincipalPointer principal;
    Uuid owner;
    Stamp stamp;
    UnixMs expires_at;
  };
  static constexpr std::size_t slot_count = 4096;

  static std::size_t slot_of(const Uuid& owner) { return std::hash<Uuid>{}(owner) % slot_count; }

  LruCache<std::string, Entry> entries_;
  std::array<std::atomic<Stamp>, slot_count> stamps_{};  // owners may share one; that costs a read
};

}  // namespace aiva::identity
