#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "adapters/redis/redis.h"
#include "foundation/metrics.h"
#include "ports/signals.h"

namespace aiva {

struct RedisSignalsOptions {
  std::string key_prefix = "aiva:";
  std::chrono::milliseconds call_timeout{1000};
  std::chrono::milliseconds retry_time{500};  // until what could not be told is tried again
};

// Signals between all processes that share a Redis, by its channels PREFIXsignal:TOPIC; those of
// this process go by `here` and need no Redis. Whoever hears a topic is told, with no payload, as
// soon as it is heard and whenever the connection was lost: before that signals may be missed.
// Handlers run on the client's thread, too. `redis` is borrowed. Any thread.
std::unique_ptr<Signals> make_redis_signals(Redis& redis, std::unique_ptr<Signals> here,
                                            RedisSignalsOptions options, Metrics& metrics);

// Fails with `unavailable` when the user of Redis has no right to the channels.
Task<Result<void>> check_channels(CallContext context, Redis& redis, std::string key_prefix);

}  // namespace aiva
