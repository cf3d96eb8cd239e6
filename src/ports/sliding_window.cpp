#include "ports/sliding_window.h"

#include <algorithm>

namespace aiva {
namespace {

// Calls of the stretch before that the last window still covers, so long into this stretch; one
// just as old as the window is not among them.
std::int64_t still_covered(std::int64_t before, std::int64_t passed, std::int64_t length) {
  return before == 0 ? 0 : (before * (length - passed) - 1) / length;
}

// So long into the next stretch only `left` of `calls` are still covered, the one let through then
// included.
std::int64_t time_to_fade(std::int64_t calls, std::int64_t left, std::int64_t length) {
  if (calls <= left) return 0;
  return (length * (calls - left) + calls - 1) / calls;
}

}  // namespace

WindowCount SlidingWindow::count_call(std::int64_t now_ms, RateWindow window) {
  auto length = std::max<std::int64_t>(window.length.count(), 1);
  auto calls_max = std::max<std::int64_t>(window.calls_max, 0);
  if (!has_begun) *this = {.begin_ms = now_ms, .has_begun = true};
  begin_ms = std::min(begin_ms, now_ms);
  auto stretches = (now_ms - begin_ms) / length;
  if (stretches == 1)
    *this = {.begin_ms = begin_ms + length, .before = count, .has_begun = true};
  else if (stretches > 1)
    *this = {.begin_ms = now_ms, .has_begun = true};
  auto passed = now_ms - begin_ms;
  auto covered = still_covered(before, passed, length);
  if (covered + count < calls_max) {
    ++count;
    return {.count = covered + count, .resets_in = std::chrono::milliseconds(length - passed)};
  }
  // In this stretch as the one before fades, or in the next as this one does.
  auto wait = count < calls_max ? time_to_fade(before, calls_max - count, length)
                                : length + time_to_fade(count, calls_max, length);
  return {.count = calls_max + 1,
          .resets_in = std::chrono::milliseconds(std::max<std::int64_t>(wait - passed, 1))};
}

}  // namespace aiva
