#include "foundation/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "foundation/openmetrics_text.h"

namespace aiva {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TraceContext example_trace(bool is_sampled) {
  TraceContext trace;
  trace.trace_id.fill(0xAB);
  trace.is_sampled = is_sampled;
  return trace;
}

TEST(Metrics, tell_examples_to_whoever_reads_openmetrics) {
  Metrics metrics;
  auto& seconds =
      metrics.histogram("aiva_work_seconds", "Time of work", {0.0005, 0.1, 1}, {{"route", "/a"}});

  seconds.observe(0.05);
  seconds.observe(0.5, example_trace(true));
  seconds.observe(5, example_trace(false));

  auto text = metrics.to_openmetrics_text();
  EXPECT_THAT(text, HasSubstr("# TYPE aiva_work_seconds histogram\n"));
  EXPECT_THAT(text, HasSubstr("aiva_work_seconds_bucket{route=\"/a\",le=\"0.0005\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("aiva_work_seconds_bucket{route=\"/a\",le=\"0.1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("aiva_work_seconds_bucket{route=\"/a\",le=\"1.0\"} 2 # "
                              "{trace_id=\"abababababababababababababababab\"} 0.5 "));
  EXPECT_THAT(text, HasSubstr("aiva_work_seconds_bucket{route=\"/a\",le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("aiva_work_seconds_count{route=\"/a\"} 3\n"));
  EXPECT_TRUE(text.ends_with("# EOF\n"));
  EXPECT_THAT(metrics.to_prometheus_text(), Not(HasSubstr("trace_id")));
}

TEST(Metrics, name_the_family_of_a_counter_without_its_ending) {
  Metrics metrics;
  metrics.counter("aiva_things_total", "Things \"made\"\n", {{"kind", "a\\b"}}).add(2);
  metrics.gauge("aiva_rooms", "Rooms").set(-1.5);

  auto text = metrics.to_openmetrics_text();

  EXPECT_THAT(text, HasSubstr("# TYPE aiva_things counter\n"
                              "# HELP aiva_things Things \\\"made\\\"\\n\n"
                              "aiva_things_total{kind=\"a\\\\b\"} 2.0\n"));
  EXPECT_THAT(text, HasSubstr("aiva_rooms -1.5\n"));
}

TEST(Metrics, can_be_read_as_numbers) {
  Metrics metrics;
  metrics.counter("aiva_things_total", "Things").add(7);
  metrics.histogram("aiva_work_seconds", "Time", {1, 2}).observe(1.5);

  auto readings = metrics.read();

  ASSERT_EQ(readings.size(), 2U);
  for (const auto& reading : readings) {
    ASSERT_EQ(reading.series.size(), 1U);
    const auto& series = reading.series[0];
    if (reading.kind == MetricKind::counter) EXPECT_EQ(series.value, 7);
    if (reading.kind != MetricKind::histogram) continue;
    EXPECT_EQ(series.count, 1U);
    EXPECT_EQ(series.sum, 1.5);
    ASSERT_EQ(series.buckets.size(), 3U);
    EXPECT_EQ(series.buckets[0].count, 0U);
    EXPECT_EQ(series.buckets[1].count, 1U);
  }
}

}  // namespace
}  // namespace aiva
