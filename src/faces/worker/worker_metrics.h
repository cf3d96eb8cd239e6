#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/metrics.h"

namespace aiva::worker {

// The figures of a worker. Any thread.
class WorkerMetrics {
 public:
  // `metrics` is borrowed; `kinds` are those the worker has handlers for.
  WorkerMetrics(Metrics& metrics, const std::vector<std::string>& kinds);

  void count_end(const std::string& kind, std::string_view outcome,
                 std::chrono::steady_clock::duration took);
  void set_running(std::size_t count) { running_.set(static_cast<double>(count)); }

 private:
  std::map<std::pair<std::string, std::string>, Counter*, std::less<>> ends_;  // by kind, outcome
  std::map<std::string, Histogram*, std::less<>> durations_;                   // by kind
  Gauge& running_;
};

}  // namespace aiva::worker
