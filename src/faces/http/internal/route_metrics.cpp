#include "faces/http/internal/route_metrics.h"

#include <algorithm>

namespace aiva::http {
namespace {

// The statuses we answer, ascending; all others share slot 0.
constexpr std::array statuses = {101, 200, 201, 202, 204, 206, 301, 302, 304, 400, 401,
                                 402, 403, 404, 405, 408, 409, 413, 414, 415, 416, 417,
                                 422, 426, 429, 431, 499, 500, 501, 503, 504, 505};

std::size_t slot_of(int status) {
  auto at = std::ranges::lower_bound(statuses, status);
  if (at == statuses.end() || *at != status) return 0;
  return static_cast<std::size_t>(at - statuses.begin()) + 1;
}

}  // namespace

RouteMetrics::RouteMetrics(Metrics& metrics, std::string_view method, std::string_view pattern)
    : metrics_(metrics),
      method_(method),
      pattern_(pattern),
      durations_(metrics.histogram("aiva_http_request_duration_seconds",
                                   "Time from a request's head to the end of its answer",
                                   duration_buckets_s(), {{"route", pattern_}})) {
  static_assert(statuses.size() < slot_count);
}

void RouteMetrics::count(int status, double seconds, const TraceContext& trace) {
  counter_of(status).add();
  durations_.observe(seconds, trace);
}

void RouteMetrics::count_stream(int status, double seconds) {
  counter_of(status).add();
  streams().observe(seconds);
}

Histogram& RouteMetrics::streams() {
  if (auto* known = streams_.load(std::memory_order_acquire)) return *known;
  auto& histogram =
      metrics_.histogram("aiva_http_stream_seconds", "How long streams and WebSockets were open",
                         {0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600}, {{"route", pattern_}});
  streams_.store(&histogram, std::memory_order_release);
  return histogram;
}

Counter& RouteMetrics::counter_of(int status) {
  auto slot = slot_of(status);
  if (auto* known = counters_[slot].load(std::memory_order_acquire)) return *known;
  auto label = slot == 0 ? std::string("other") : std::to_string(status);
  auto& counter =
      metrics_.counter("aiva_http_requests_total", "Requests answered",
                       {{"route", pattern_}, {"method", method_}, {"status", std::move(label)}});
  counters_[slot].store(&counter, std::memory_order_release);
  return counter;
}

}  // namespace aiva::http
