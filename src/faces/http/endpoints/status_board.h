#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "faces/http/endpoints/status_figures.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/task.h"
#include "foundation/time.h"
#include "ports/clock.h"

namespace aiva::http {

// What a board looks at; everything is borrowed.
struct StatusBoardParts {
  const Metrics& metrics;
  const Clock& clock;
  std::chrono::milliseconds interval{5'000};
  std::size_t points_max = 180;  // a quarter of an hour
};

// The figures of this process over the last quarter of an hour. Any thread.
class StatusBoard {
 public:
  // One moment; values in the order of status_figures().
  struct Point {
    UnixMs at = 0;
    std::vector<double> values{};
  };

  // Brings metrics that are read when they are asked for.
  using Refresh = std::function<Task<void>(CallContext)>;

  explicit StatusBoard(StatusBoardParts parts);
  ~StatusBoard();
  StatusBoard(const StatusBoard&) = delete;
  StatusBoard& operator=(const StatusBoard&) = delete;

  // Before start(); without it such metrics stay as others leave them.
  void refresh_by(Refresh refresh) { refresh_ = std::move(refresh); }
  // Looks every interval, on a thread of its own, from now on. Call once.
  void start();
  // Looks once.
  void look();

  // What the last minute was like; empty before the second look.
  [[nodiscard]] Point now() const;
  // What each interval was like, the oldest first.
  [[nodiscard]] std::vector<Point> history() const;
  [[nodiscard]] UnixMs began_at() const { return began_at_; }
  [[nodiscard]] std::chrono::milliseconds interval() const { return parts_.interval; }

 private:
  void run();

  StatusBoardParts parts_;
  Refresh refresh_{};
  UnixMs began_at_;
  mutable std::mutex mutex_;
  std::deque<StatusTotals> minute_;  // the looks of the last minute, and the one before
  std::deque<Point> points_;
  std::condition_variable stopping_;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace aiva::http
