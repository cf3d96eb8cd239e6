#include "adapters/redis/enduring_cache.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <utility>

namespace aiva {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::minutes local_life{5};
constexpr const char* lookups_name = "aiva_cache_lookups_total";
constexpr const char* lookups_help =
    "Values looked for in the shared cache, by where they were: there, in this process, nowhere";
constexpr const char* fallbacks_name = "aiva_cache_fallbacks_total";
constexpr const char* fallbacks_help =
    "Calls of the shared cache that failed, so that this process used its own";

class EnduringCache final : public Cache {
 public:
  EnduringCache(EnduringCacheParts parts, Metrics& metrics)
      : shared_(parts.shared),
        local_(std::move(parts.local)),
        processes_(std::move(parts.processes)),
        found_shared_(metrics.counter(lookups_name, lookups_help, {{"found", "shared"}})),
        found_here_(metrics.counter(lookups_name, lookups_help, {{"found", "process"}})),
        found_nowhere_(metrics.counter(lookups_name, lookups_help, {{"found", "nowhere"}})),
        values_(metrics.counter(fallbacks_name, fallbacks_help, {{"what", "values"}})),
        limits_(metrics.counter(fallbacks_name, fallbacks_help, {{"what", "limits"}})) {}

  Task<Result<std::optional<std::string>>> get(CallContext context, std::string key) override {
    auto getting = shared_.get(context, key);
    auto value = co_await std::move(getting);
    if (value) {
      auto forgetting = forget_here(context, std::move(key));
      co_await std::move(forgetting);
      (*value ? found_shared_ : found_nowhere_).add();
      co_return value;
    }
    CO_TRY_VOID(context.check());
    values_.add();
    auto standing_in = local_->get(std::move(context), std::move(key));
    auto kept = co_await std::move(standing_in);
    (kept && *kept ? found_here_ : found_nowhere_).add();
    co_return kept;
  }

  Task<Result<void>> put(CallContext context, std::string key, std::string value,
                         milliseconds time_to_live) override {
    auto putting = shared_.put(context, key, value, time_to_live);
    auto put = co_await std::move(putting);
    if (put) {
      auto forgetting = forget_here(std::move(context), std::move(key));
      co_await std::move(forgetting);
      co_return put;
    }
    CO_TRY_VOID(context.check());
    values_.add();
    holds_until_ = std::chrono::steady_clock::now() + local_life;
    auto standing_in = local_->put(std::move(context), std::move(key), std::move(value),
                                   std::min<milliseconds>(time_to_live, local_life));
    auto kept = co_await std::move(standing_in);
    co_return kept;
  }

  Task<Result<void>> erase(CallContext context, std::string key) override {
    auto erasing = shared_.erase(context, key);
    auto erased = co_await std::move(erasing);
    auto forgetting = forget_here(std::move(context), std::move(key));
    co_await std::move(forgetting);
    if (!erased) values_.add();
    co_return erased;
  }

  Task<Result<WindowCount>> count_in_window(CallContext context, std::string key,
                                            RateWindow window) override {
    auto counting = shared_.count_in_window(context, key, window);
    auto standing = co_await std::move(counting);
    bool is_counted = standing && standing->count <= window.calls_max;
    if (standing && !is_counted) co_return standing;
    if (!standing) {
      CO_TRY_VOID(context.check());
      limits_.add();
    }
    auto processes = processes_ ? std::max(processes_(), 1) : 1;
    RateWindow share = window;
    // What the others let through is known; only the count of this process is to be kept.
    if (standing)
      share.calls_max = RateWindow{}.calls_max;
    else if (window.calls_max > 0)
      share.calls_max = std::max<std::int64_t>(window.calls_max / processes, 1);
    auto standing_in = local_->count_in_window(std::move(context), std::move(key), share);
    auto here = co_await std::move(standing_in);
    if (standing) co_return standing;
    if (!here) co_return here;
    bool is_beyond = here->count > share.calls_max;
    if (is_beyond)
      here->count = window.calls_max + 1;
    else
      here->count =
          window.calls_max - (share.calls_max - here->count) * (window.calls_max / share.calls_max);
    co_return here;
  }

 private:
  // What was put here while the shared cache was away.
  Task<void> forget_here(CallContext context, std::string key) {
    if (std::chrono::steady_clock::now() > holds_until_.load(std::memory_order_relaxed)) co_return;
    auto erasing = local_->erase(std::move(context), std::move(key));
    (void)co_await std::move(erasing);
  }

  Cache& shared_;
  std::unique_ptr<Cache> local_;
  std::function<int()> processes_;
  Counter& found_shared_;
  Counter& found_here_;
  Counter& found_nowhere_;
  Counter& values_;
  Counter& limits_;
  std::atomic<std::chrono::steady_clock::time_point> holds_until_{};
};

}  // namespace

std::unique_ptr<Cache> make_enduring_cache(EnduringCacheParts parts, Metrics& metrics) {
  return std::make_unique<EnduringCache>(std::move(parts), metrics);
}

}  // namespace aiva
