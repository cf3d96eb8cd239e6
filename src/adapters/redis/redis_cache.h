#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "adapters/redis/redis.h"
#include "ports/cache.h"

namespace aiva {

struct RedisCacheOptions {
  std::string key_prefix = "aiva:";
  std::chrono::milliseconds call_timeout{1000};      // a cache that takes longer is no help
  std::size_t value_bytes_max = 16UL * 1024 * 1024;  // a larger one is not kept
};

// A cache that all processes of an installation share. Fails as calls of `redis` do, which is
// borrowed. Any thread.
std::unique_ptr<Cache> make_redis_cache(Redis& redis, RedisCacheOptions options = {});

}  // namespace aiva
