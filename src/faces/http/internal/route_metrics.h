#pragma once

#include <array>
#include <atomic>
#include <string>
#include <string_view>

#include "foundation/metrics.h"
#include "foundation/trace.h"

namespace aiva::http {

// The metrics of one route, looked up once: counting a request touches no map.
class RouteMetrics {
 public:
  RouteMetrics(Metrics& metrics, std::string_view method, std::string_view pattern);
  RouteMetrics(RouteMetrics&&) = delete;

  // `trace` is an example of such a request, where it is sampled.
  void count(int status, double seconds, const TraceContext& trace);
  // Of a stream of events or a WebSocket, which goes on as long as its client likes.
  void count_stream(int status, double seconds);

 private:
  static constexpr std::size_t slot_count = 40;

  Counter& counter_of(int status);
  Histogram& streams();

  Metrics& metrics_;
  std::string method_;
  std::string pattern_;
  Histogram& durations_;
  // Made at a first appearance, so that /metrics lists what happens only.
  std::array<std::atomic<Counter*>, slot_count> counters_{};
  std::atomic<Histogram*> streams_ = nullptr;
};

}  // namespace aiva::http
