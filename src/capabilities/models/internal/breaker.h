#pragma once

#include <chrono>
#include <mutex>

#include "ports/clock.h"

namespace aiva::models {

struct BreakerOptions {
  int failures_max = 5;  // in a row
  std::chrono::milliseconds rest{30000};
};

// Spares a server that fails: after so many failures in a row nobody asks it for a while, then one
// call may try whether it answers again. Each trial that fails doubles the rest, up to sixteen
// times. Any thread.
class Breaker {
 public:
  enum class State { closed, open, half_open };

  Breaker(BreakerOptions options, const Clock& clock) : options_(options), clock_(clock) {}

  // Whether a call may go; whoever was let through says how it ended.
  bool allow();
  void succeed();
  void fail();
  // The call ended without saying anything about the server.
  void abandon();

  [[nodiscard]] State state() const;
  // How long nobody will be let through.
  [[nodiscard]] std::chrono::milliseconds rest_left() const;

 private:
  using Instant = std::chrono::steady_clock::time_point;

  const BreakerOptions options_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  int failures_ = 0;
  int rests_ = 0;  // in a row; 0: closed
  Instant open_until_{};
  bool is_trying_ = false;
  Instant tried_at_{};
};

}  // namespace aiva::models
