#pragma once

#include <cstdint>

#include "ports/cache.h"

namespace aiva {

// How many calls of a key the last window saw, without keeping each: those of the stretch of one
// window that runs, and so much of the stretch before as the last window still covers, as if its
// calls had come evenly. The first stretch begins with the first call, so a burst after silence is
// counted exactly. Not thread-safe.
struct SlidingWindow {
  std::int64_t begin_ms = 0;  // of the stretch that runs
  std::int64_t before = 0;    // calls let through in the stretch before
  std::int64_t count = 0;     // and in this one
  bool has_begun = false;

  // Counts a call at an instant, unless it is beyond the limit. A clock that went back costs time,
  // never more calls than the limit.
  WindowCount count_call(std::int64_t now_ms, RateWindow window);
};

}  // namespace aiva
