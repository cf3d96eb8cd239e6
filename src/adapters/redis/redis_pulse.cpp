#include "adapters/redis/redis_pulse.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdint>
#include <future>
#include <stop_token>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/ids.h"
#include "foundation/log.h"

namespace aiva {
namespace {

// Says that a process is there and counts those that said so lately. ARGV: its name, and how long
// that is in milliseconds.
constexpr const char* beat_script = R"(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local life = tonumber(ARGV[2])
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - life))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])
)";

constexpr int processes_max = 10'000;
constexpr int beats_remembered = 10;  // so that a set that was evicted is made anew meanwhile
constexpr int beats_per_look = 15;
constexpr std::size_t masters_looked_at_max = 64;

double number_after(std::string_view info, std::string_view name) {
  auto at = info.find(name);
  if (at == std::string_view::npos) return 0;
  std::uint64_t number = 0;
  std::from_chars(info.data() + at + name.size(), info.data() + info.size(), number);
  return static_cast<double>(number);
}

class BeatingPulse final : public RedisPulse {
 public:
  BeatingPulse(Redis& redis, RedisPulseOptions options, Metrics& metrics)
      : redis_(redis),
        options_(std::move(options)),
        up_(metrics.gauge("aiva_redis_up", "Whether Redis answered when it was asked last")),
        processes_gauge_(metrics.gauge("aiva_redis_processes", "Processes that share the Redis")),
        memory_(metrics.gauge("aiva_redis_memory_used_bytes", "Memory of all masters")),
        memory_max_(metrics.gauge("aiva_redis_memory_max_bytes",
                                  "Memory that all masters may take; 0: there is no limit")),
        fullness_(metrics.gauge("aiva_redis_memory_used_ratio",
                                "Memory of the fullest master by its limit; 0: it has none")),
        evicted_(metrics.gauge("aiva_redis_evicted_keys",
                               "Keys that masters dropped for want of memory since their start")) {
    start(beat(), [this](const std::exception_ptr&) { over_.set_value(); });
  }
  ~BeatingPulse() override {
    end_.request_stop();
    over_.get_future().wait();
  }
  BeatingPulse(const BeatingPulse&) = delete;
  BeatingPulse& operator=(const BeatingPulse&) = delete;

  bool is_up() const override { return is_up_; }
  int processes() const override { return processes_; }

 private:
  [[nodiscard]] CallContext limited() const {
    return {.deadline = std::chrono::steady_clock::now() + options_.call_timeout,
            .cancellation = end_.get_token()};
  }

  Task<void> beat() {
    for (int beats = 0; !end_.stop_requested(); ++beats) {
      auto asking = ask();
      auto count = co_await std::move(asking);
      if (end_.stop_requested()) break;
      note(count);
      if (count && beats % beats_per_look == 0) {
        auto looking = look();
        co_await std::move(looking);
      }
      CallContext context{.cancellation = end_.get_token()};
      auto pausing = redis_.pause(std::move(context), options_.beat_time);
      auto rested = co_await std::move(pausing);
      if (!rested) break;
    }
  }

  Task<Result<std::int64_t>> ask() {
    auto key = options_.key_prefix + "processes";
    auto life = beats_remembered * options_.beat_time;
    RedisBatch asking{.key = key, .may_repeat = true, .silence_max = options_.call_timeout};
    asking.commands.push_back({"EVAL", beat_script, "1", key, name_, std::to_string(life.count())});
    auto calling = redis_.call(limited(), std::move(asking));
    CO_TRY(auto reply, co_await std::move(calling));
    co_return reply.integer;
  }

  void note(const Result<std::int64_t>& count) {
    up_.set(count ? 1 : 0);
    bool was_up = is_up_.exchange(count.has_value());
    if (!count) {
      if (was_up) log::failure("Redis is away; this process goes on alone", {}, count.error());
      return;
    }
    if (!was_up) log::info("Redis is there");
    counts_[next_count_++ % counts_.size()] =
        static_cast<int>(std::clamp<std::int64_t>(*count, 1, processes_max));
    processes_ = *std::ranges::max_element(counts_);
    processes_gauge_.set(processes_);
  }

  Task<void> look() {
    std::vector<RedisBatch> asking;
    for (std::size_t i = 0; i < std::min(redis_.masters(), masters_looked_at_max); ++i) {
      RedisBatch one{.may_repeat = true, .silence_max = options_.call_timeout, .master = i};
      one.commands = {{"INFO", "memory"}, {"INFO", "stats"}};
      asking.push_back(std::move(one));
    }
    auto running = redis_.run(limited(), std::move(asking));
    auto answers = co_await std::move(running);
    if (!answers) co_return;
    double used = 0;
    double most = 0;
    double fullest = 0;
    double evicted = 0;
    for (const auto& replies : *answers) {
      auto bytes = number_after(replies[0].text, "used_memory:");
      auto limit = number_after(replies[0].text, "maxmemory:");
      used += bytes;
      most += limit;
      if (limit > 0) fullest = std::max(fullest, bytes / limit);
      evicted += number_after(replies[1].text, "evicted_keys:");
    }
    memory_.set(used);
    memory_max_.set(most);
    fullness_.set(fullest);
    evicted_.set(evicted);
  }

  Redis& redis_;
  RedisPulseOptions options_;
  std::string name_ = Uuid::make().to_string();
  Gauge& up_;
  Gauge& processes_gauge_;
  Gauge& memory_;
  Gauge& memory_max_;
  Gauge& fullness_;
  Gauge& evicted_;
  std::atomic<bool> is_up_ = true;  // as far as is known
  std::atomic<int> processes_ = 1;
  std::array<int, beats_remembered> counts_{};
  std::size_t next_count_ = 0;
  std::stop_source end_;
  std::promise<void> over_;
};

}  // namespace

std::unique_ptr<RedisPulse> make_redis_pulse(Redis& redis, RedisPulseOptions options,
                                             Metrics& metrics) {
  return std::make_unique<BeatingPulse>(redis, std::move(options), metrics);
}

}  // namespace aiva
