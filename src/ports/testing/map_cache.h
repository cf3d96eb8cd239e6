#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "ports/cache.h"
#include "ports/clock.h"
#include "ports/sliding_window.h"

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
                                            RateWindow window) override {
    std::lock_guard lock(mutex_);
    auto now = std::chrono::floor<std::chrono::milliseconds>(clock_.steady().time_since_epoch());
    co_return windows_[key].count_call(now.count(), window);
  }

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Value {
    std::string text;
    Instant expires;
  };

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Value> values_;
  std::map<std::string, SlidingWindow> windows_;
};

}  // namespace aiva
