#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "adapters/redis/redis.h"
#include "foundation/metrics.h"

namespace aiva {

struct RedisPulseOptions {
  std::string key_prefix = "aiva:";
  std::chrono::milliseconds beat_time{1000};
  std::chrono::milliseconds call_timeout{1000};
};

// Asks a Redis once a beat whether it is there and tells it that this process is; now and then what
// its masters say of their memory. What it finds stands in the metrics: aiva_redis_up,
// aiva_redis_processes, aiva_redis_memory_used_bytes, aiva_redis_memory_used_ratio (of the fullest
// master; 0 without a limit) and aiva_redis_evicted_keys. Any thread.
class RedisPulse {
 public:
  virtual ~RedisPulse() = default;
  // Whether the last beat was answered.
  [[nodiscard]] virtual bool is_up() const = 0;
  // How many processes shared the Redis lately, this one included; at least 1.
  [[nodiscard]] virtual int processes() const = 0;
};

// Begins at once. `redis` and `metrics` are borrowed.
std::unique_ptr<RedisPulse> make_redis_pulse(Redis& redis, RedisPulseOptions options,
                                             Metrics& metrics);

}  // namespace aiva
