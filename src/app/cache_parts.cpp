#include "app/cache_parts.h"

#include <chrono>
#include <cstddef>
#include <utility>

#include "adapters/memory/memory_cache.h"
#include "adapters/memory/memory_signals.h"
#include "adapters/redis/enduring_cache.h"
#include "adapters/redis/redis_allowances.h"
#include "adapters/redis/redis_cache.h"
#include "adapters/redis/redis_signals.h"

namespace aiva::app {
namespace {

Result<void> connect_redis(const Config& config, Parts& parts) {
  const auto& cache = config.cache;
  RedisOptions options{.url = cache.url,
                       .ca_file = cache.ca_file,
                       .connections_per_node_max = static_cast<std::size_t>(cache.connections_max),
                       .connect_timeout = std::chrono::milliseconds(cache.connect_timeout_ms),
                       .metrics = &parts.metrics};
  TRY(parts.redis, make_redis(options));
  parts.redis_pulse =
      make_redis_pulse(*parts.redis, {.key_prefix = cache.key_prefix}, parts.metrics);
  return {};
}

// What processes share goes on within each of them while Redis is away.
void share_by_redis(const Config& config, Parts& parts) {
  const auto& prefix = config.cache.key_prefix;
  std::chrono::milliseconds patience(config.cache.timeout_ms);
  parts.shared_cache =
      make_redis_cache(*parts.redis, {.key_prefix = prefix, .call_timeout = patience});
  EnduringCacheParts enduring{
      .shared = *parts.shared_cache,
      .local = std::move(parts.cache),
      .processes = [&pulse = *parts.redis_pulse] { return pulse.processes(); }};
  parts.cache = make_enduring_cache(std::move(enduring), parts.metrics);
  parts.allowances =
      make_redis_allowances(*parts.redis, {.key_prefix = prefix, .call_timeout = patience});
  parts.signals = make_redis_signals(*parts.redis, std::move(parts.signals), {.key_prefix = prefix},
                                     parts.metrics);
}

}  // namespace

Result<void> open_cache(const Config& config, Parts& parts) {
  parts.cache = make_memory_cache({}, parts.clock);
  parts.signals = make_memory_signals();
  bool is_shared = config.cache.provider == "redis";
  if (is_shared || config.search.vector_index == "redis") TRY_VOID(connect_redis(config, parts));
  if (is_shared) share_by_redis(config, parts);
  return {};
}

}  // namespace aiva::app
