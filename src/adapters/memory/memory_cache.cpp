#include "adapters/memory/memory_cache.h"

#include <array>
#include <functional>
#include <mutex>
#include <utility>

#include "adapters/memory/lru_table.h"
#include "ports/sliding_window.h"

namespace aiva {
namespace {

using Instant = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

constexpr std::size_t shard_count = 16;

struct CachedText {
  std::string text;
  Instant expires;
};

// A part of the keys under a lock of its own.
struct Shard {
  explicit Shard(const MemoryCacheOptions& options)
      : texts(options.bytes_max / shard_count), windows(options.counter_bytes_max / shard_count) {}

  std::mutex mutex;
  LruTable<CachedText> texts;
  LruTable<SlidingWindow> windows;
};

class MemoryCache final : public Cache {
 public:
  MemoryCache(const MemoryCacheOptions& options, const Clock& clock) : clock_(clock) {
    for (auto& shard : shards_) shard = std::make_unique<Shard>(options);
  }

  Task<Result<std::optional<std::string>>> get(CallContext, std::string key) override {
    co_return find(key);
  }

  Task<Result<void>> put(CallContext, std::string key, std::string value,
                         milliseconds time_to_live) override {
    auto& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    if (time_to_live <= milliseconds(0)) {
      shard.texts.erase(key);
    } else {
      auto bytes = value.size();
      CachedText cached{.text = std::move(value), .expires = clock_.steady() + time_to_live};
      shard.texts.put(std::move(key), std::move(cached), bytes);
    }
    co_return Result<void>{};
  }

  Task<Result<void>> erase(CallContext, std::string key) override {
    auto& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    shard.texts.erase(key);
    co_return Result<void>{};
  }

  Task<Result<WindowCount>> count_in_window(CallContext, std::string key,
                                            RateWindow window) override {
    co_return count(std::move(key), window);
  }

 private:
  Shard& shard_of(const std::string& key) {
    return *shards_[(std::hash<std::string>{}(key) >> 32) % shard_count];
  }

  std::optional<std::string> find(const std::string& key) {
    auto now = clock_.steady();
    auto& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    auto* cached = shard.texts.find(key);
    if (cached == nullptr) return std::nullopt;
    if (cached->expires > now) return cached->text;
    shard.texts.erase(key);
    return std::nullopt;
  }

  WindowCount count(std::string key, RateWindow window) {
    auto now = std::chrono::floor<milliseconds>(clock_.steady().time_since_epoch()).count();
    auto& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    if (auto* calls = shard.windows.find(key)) return calls->count_call(now, window);
    SlidingWindow calls;
    auto standing = calls.count_call(now, window);
    shard.windows.put(std::move(key), calls, 0);
    return standing;
  }

  const Clock& clock_;
  std::array<std::unique_ptr<Shard>, shard_count> shards_;
};

}  // namespace

std::unique_ptr<Cache> make_memory_cache(const MemoryCacheOptions& options, const Clock& clock) {
  return std::make_unique<MemoryCache>(options, clock);
}

}  // namespace aiva
