#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "ports/cache.h"
#include "ports/clock.h"

namespace aiva {

// A cache without limits whose time a test steers.
class MapCache final : public Cache {
 public:
  explicit MapCache(const Clock& clock) : clock_(clock) {}

  Task<Result<std::optional<std::string>>> get(CallContext, std::string key) override {
    std::lock_guard lock(mutex_);
    auto found = values_.find(key);
    if (found == values_.end() || found->second.expires <= clock_.steady()) co_return std::nullopt;
    co_return std::optional<std::string>(found->second.text);
  }

  Task<Result<void>> put(CallContext, std::string key, std::string value,
                         std::chrono::milliseconds time_to_live) override {
    std::lock_guard lock(mutex_);
    values_[key] = Value{.text = std::move(value), .expires = clock_.steady() + time_to_live};
    co_return Result<void>{};
  }

  Task<Result<void>> erase(CallContext, std::string key) override {
    std::lock_guard lock(mutex_);
    values_.erase(key);
    co_return Result<void>{};
  }

  Task<Result<WindowCount>> count_in_window(CallContext, std::string key,
                                            std::chrono::milliseconds window) override {
    std::lock_guard lock(mutex_);
    auto now = clock_.steady();
    auto& counter = counters_[key];
    if (counter.ends <= now) counter = Counter{.count = 0, .ends = now + window};
    ++counter.count;
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(counter.ends - now);
    co_return WindowCount{.count = counter.count, .resets_in = left};
  }

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Value {
    std::string text;
    Instant expires;
  };
  struct Counter {
    std::int64_t count = 0;
    Instant ends{};
  };

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Value> values_;
  std::map<std::string, Counter> counters_;
};

}  // namespace aiva
