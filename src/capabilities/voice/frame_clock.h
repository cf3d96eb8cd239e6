#pragma once

#include <chrono>
#include <memory>

#include "foundation/executor.h"
#include "foundation/metrics.h"

namespace aiva::voice {

using Instant = std::chrono::steady_clock::time_point;

// What is done every 20 ms.
class Beating {
 public:
  virtual ~Beating() = default;
  // On its home. Beats that could not be kept are left out, so look at the clock.
  virtual void beat(Instant now) = 0;
};

// One timer for all calls: a thread that waits for absolute instants and has each home walk its
// calls. Calls are spread over the 20 ms, so that one home does not do all its work at once.
class FrameClock {
 public:
  // `metrics` outlives the homes: a beat may wait there when the clock is gone.
  explicit FrameClock(Metrics& metrics);
  ~FrameClock();
  FrameClock(const FrameClock&) = delete;
  FrameClock& operator=(const FrameClock&) = delete;

  // Beats until nobody else owns `beating`. On the thread of `home`, which outlives the clock.
  void add(Executor& home, const std::shared_ptr<Beating>& beating);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aiva::voice
