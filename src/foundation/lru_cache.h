#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace aiva {

// So long a process may go by what it remembers of rows that other processes change too: a key that
// was revoked there is refused here within it.
constexpr std::chrono::milliseconds changes_seen_within{1000};

// A bounded in-process cache of immutable values with a time to live, sharded to keep locks short.
// Any thread. The level-1 cache of capabilities: rows stay the truth.
template <class Key, class Value>
class LruCache {
 public:
  using Clock = std::chrono::steady_clock;
  using Pointer = std::shared_ptr<const Value>;

  LruCache(std::size_t entries_max, std::chrono::milliseconds time_to_live)
      : shard_entries_max_(entries_max / shard_count + 1), time_to_live_(time_to_live) {}

  // The live value under `key`, or null.
  Pointer get(const Key& key) {
    auto& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    auto found = shard.index.find(key);
    if (found == shard.index.end()) return nullptr;
    auto entry = found->second;
    if (entry->expires <= Clock::now()) {
      shard.index.erase(found);
      shard.order.erase(entry);
      return nullptr;
    }
    shard.order.splice(shard.order.begin(), shard.order, entry);
    return entry->value;
  }

  void put(const Key& key, Pointer value) {
    auto& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    if (auto found = shard.index.find(key); found != shard.index.end()) {
      shard.order.erase(found->second);
      shard.index.erase(found);
    }
    shard.order.push_front(Entry{key, std::move(value), Clock::now() + time_to_live_});
    shard.index.emplace(key, shard.order.begin());
    if (shard.index.size() <= shard_entries_max_) return;
    shard.index.erase(shard.order.back().key);
    shard.order.pop_back();
  }

  void erase(const Key& key) {
    auto& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    auto found = shard.index.find(key);
    if (found == shard.index.end()) return;
    shard.order.erase(found->second);
    shard.index.erase(found);
  }

  void clear() {
    for (auto& shard : shards_) {
      std::lock_guard lock(shard.mutex);
      shard.index.clear();
      shard.order.clear();
    }
  }

 private:
  static constexpr std::size_t shard_count = 16;
  struct Entry {
    Key key;
    Pointer value;
    Clock::time_point expires;
  };
  struct Shard {
    std::mutex mutex;
    std::list<Entry> order;
    std::unordered_map<Key, typename std::list<Entry>::iterator> index;
  };

  Shard& shard_of(const Key& key) { return shards_[(std::hash<Key>{}(key) >> 7) % shard_count]; }

  std::size_t shard_entries_max_;
  std::chrono::milliseconds time_to_live_;
  std::array<Shard, shard_count> shards_;
};

}  // namespace aiva
