#include "app/slow_requests.h"

#include <gtest/gtest.h>

#include "foundation/tracer.h"

namespace aiva::app {
namespace {

using std::chrono::milliseconds;

// A trace with steps of known lengths.
RecordedTrace slow_trace() {
  RecordedTrace trace;
  auto begin = std::chrono::steady_clock::now();
  auto add = [&](std::string_view name, int from_ms, int to_ms) {
    SpanRecord span{.name_at = static_cast<std::uint32_t>(trace.text.size()),
                    .name_bytes = static_cast<std::uint32_t>(name.size()),
                    .begin = begin + milliseconds(from_ms),
                    .end = begin + milliseconds(to_ms)};
    trace.text += name;
    trace.spans.push_back(span);
  };
  add("GET /a", 0, 3000);
  add("rows.read", 0, 10);
  add("model.call", 10, 2900);
  add("rows.read", 2900, 2930);
  trace.is_slow = true;
  return trace;
}

TEST(SlowRequests, say_where_the_time_went) {
  EXPECT_EQ(breakdown_of(slow_trace()), "model.call 2890.0, rows.read 40.0 (2)");
}

TEST(SlowRequests, are_all_counted) {
  Metrics metrics;
  SlowRequests slow(metrics);
  auto trace = slow_trace();

  for (int i = 0; i < 50; ++i) slow.take(trace);
  trace.is_slow = false;
  slow.take(trace);

  EXPECT_TRUE(metrics.to_prometheus_text().contains("aiva_http_slow_requests_total 50"));
}

}  // namespace
}  // namespace aiva::app
