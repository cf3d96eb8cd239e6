#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "capabilities/knowledge/knowledge.h"
#include "capabilities/knowledge/types.h"
#include "foundation/lru_cache.h"

namespace aiva::knowledge {

// What this process knows of knowledge bases, for a second or until invalidate(). A reader
// takes an epoch before it asks the rows and gives it back with what it read, so that a row read
// before a change never stays in the cache after it. Any thread.
class BaseCache {
 public:
  using Epoch = std::uint64_t;

  [[nodiscard]] Epoch epoch() const { return epoch_.load(); }

  KnowledgeBasePointer get(TenantId tenant, KnowledgeBaseId id);
  void put(Epoch epoch, const KnowledgeBasePointer& base);

  KnowledgeBasePagePointer get(TenantId tenant, const Knowledge::ListFilter& filter);
  void put(Epoch epoch, TenantId tenant, const Knowledge::ListFilter& filter,
           const KnowledgeBasePagePointer& page);

  // Forgets a knowledge base and its tenant's lists; call it after the commit.
  void invalidate(TenantId tenant, KnowledgeBaseId id);

 private:
  // Lists are kept under a generation of their tenant; a new one makes them unreachable.
  struct Generation {
    std::uint64_t number = 0;
  };

  std::string list_key(TenantId tenant, const Knowledge::ListFilter& filter);

  static constexpr std::chrono::minutes generation_time{5};
  LruCache<KnowledgeBaseId, KnowledgeBase> bases_{10'000, changes_seen_within};
  LruCache<std::string, PageOf<KnowledgeBase>> lists_{2'000, changes_seen_within};
  LruCache<TenantId, Generation> generations_{10'000, generation_time};
  std::atomic<Epoch> epoch_ = 0;
  std::atomic<std::uint64_t> generation_last_ = 0;
};

}  // namespace aiva::knowledge
