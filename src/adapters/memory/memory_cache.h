#pragma once

#include <cstddef>
#include <memory>

#include "ports/cache.h"
#include "ports/clock.h"

namespace aiva {

struct MemoryCacheOptions {
  std::size_t bytes_max = 64 * 1024 * 1024;          // for values, keys and their book-keeping
  std::size_t counter_bytes_max = 32 * 1024 * 1024;  // for the windows of count_in_window
};

// A cache in this process that forgets what was not used longest when it is full. Values and
// counters have rooms of their own, so that neither can push the other out; a value larger than a
// sixteenth of its room is not kept. Calls never wait. Any thread. `clock` must outlive it.
std::unique_ptr<Cache> make_memory_cache(const MemoryCacheOptions& options, const Clock& clock);

}  // namespace aiva
