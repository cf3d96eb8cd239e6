#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "foundation/metrics.h"
#include "foundation/trace_recording.h"

namespace aiva::app {

// Where the time of a request went: its steps by name, those that took longest in all first, each
// with milliseconds and how often it was done: "model.call 812.4, rows.read 41.0 (12)". Steps run
// side by side and within each other, so that the times do not add up.
std::string breakdown_of(const RecordedTrace& trace);

// Logs slow requests with their steps: a few a second at most, all of them counted.
class SlowRequests {
 public:
  explicit SlowRequests(Metrics& metrics);

  // Any thread; passes over what is not slow.
  void take(const RecordedTrace& trace);

 private:
  bool may_log();

  Counter& slow_;
  std::mutex mutex_;
  double lines_left_;
  std::chrono::steady_clock::time_point refilled_{};
  std::int64_t left_out_ = 0;  // since the last line
};

}  // namespace aiva::app
