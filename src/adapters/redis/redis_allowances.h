#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "adapters/redis/redis.h"
#include "ports/shared_allowance.h"

namespace aiva {

struct RedisAllowancesOptions {
  std::string key_prefix = "aiva:";
  std::chrono::milliseconds call_timeout{1000};
};

// Allowances in Redis, by the generic cell rate algorithm (ITU-T I.371) and the clock of the server
// that has the key. Fails as calls of `redis` do, which is borrowed. Any thread.
std::unique_ptr<SharedAllowances> make_redis_allowances(Redis& redis,
                                                        RedisAllowancesOptions options = {});

}  // namespace aiva
