#pragma once

#include <functional>
#include <memory>

#include "foundation/metrics.h"
#include "ports/cache.h"

namespace aiva {

struct EnduringCacheParts {
  Cache& shared;                     // of all processes; may fail; borrowed
  std::unique_ptr<Cache> local;      // of this one; does not
  std::function<int()> processes{};  // how many share it; null: this one is alone
};

// The shared cache, and the local one while that fails: a value put then is found again by this
// process for five minutes, or until the shared cache answers for its key; a rate limit lets this
// process have its share of the calls, those counted before the outage included. Fails where the
// caller's time is over, and `erase` where other processes could not be told.
// `aiva_cache_lookups_total` says where values were found, `aiva_cache_fallbacks_total` how often
// the local one stood in. Any thread.
std::unique_ptr<Cache> make_enduring_cache(EnduringCacheParts parts, Metrics& metrics);

}  // namespace aiva
