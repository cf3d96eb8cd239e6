#include "foundation/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "foundation/metrics_text.h"

namespace aiva {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
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
                              "aiva_things_total{kind=\"a\\\\b\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("aiva_rooms -1.5\n"));
  EXPECT_THAT(metrics.to_prometheus_text(),
              HasSubstr("# TYPE aiva_things_total counter\n"
                        "# HELP aiva_things_total Things \"made\"\\n\n"
                        "aiva_things_total{kind=\"a\\\\b\"} 2\n"));
}

// The lines of samples, without examples.
std::vector<std::string> samples_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream rest(text);
  for (std::string line; std::getline(rest, line);)
    if (!line.starts_with('#')) lines.push_back(line.substr(0, line.find(" # ")));
  return lines;
}

TEST(Metrics, name_a_series_alike_in_both_formats) {
  Metrics metrics;
  metrics.counter("aiva_things_total", "Things").add(1e12);
  metrics.gauge("aiva_rooms", "Rooms").set(0.1);
  metrics
      .histogram("aiva_size_bytes", "Sizes", {0, 0.00001, 0.0001, 0.25, 1, 10, 100000, 1e6, 2.5e6})
      .observe(3, example_trace(true));

  auto plain = samples_of(metrics.to_prometheus_text());

  EXPECT_EQ(plain, samples_of(metrics.to_openmetrics_text()));
  std::vector<std::string> bounds;
  for (const auto& line : plain)
    if (auto at = line.find("le=\""); at != std::string::npos)
      bounds.push_back(line.substr(at + 4, line.find('"', at + 4) - at - 4));
  EXPECT_THAT(bounds, ElementsAre("0.0", "1e-05", "0.0001", "0.25", "1.0", "10.0", "100000.0",
                                  "1e+06", "2.5e+06", "+Inf"));
  EXPECT_THAT(plain, Contains("aiva_things_total 1000000000000"));
  EXPECT_THAT(plain, Contains("aiva_size_bytes_bucket{le=\"10.0\"} 1"));
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
