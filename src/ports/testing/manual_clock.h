#pragma once

#include <atomic>
#include <chrono>

#include "ports/clock.h"

namespace aiva {

// A clock that stands still until a test moves it.
class ManualClock final : public Clock {
 public:
  // Starts at 2025-01-01T00:00:00Z unless told otherwise.
  explicit ManualClock(UnixMs start = 1735689600000) : start_(start) {}

  void advance(std::chrono::milliseconds by) { passed_ms_ += by.count(); }

  [[nodiscard]] UnixMs unix_ms() const override { return start_ + passed_ms_; }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::time_point(std::chrono::hours(1000) +
                                                 std::chrono::milliseconds(passed_ms_.load()));
  }

 private:
  UnixMs start_;
  std::atomic<std::int64_t> passed_ms_ = 0;
};

}  // namespace aiva
