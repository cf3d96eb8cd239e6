#include "faces/load/threshold.h"

#include <gtest/gtest.h>

#include <memory>

namespace aiva::load {
namespace {

TEST(Threshold, is_read_with_its_unit_and_operation) {
  auto p95 = parse_threshold("p95>200ms");
  ASSERT_TRUE(p95);
  EXPECT_EQ(p95->metric, Metric::p95);
  EXPECT_EQ(p95->limit, 200);
  EXPECT_TRUE(p95->is_above);
  EXPECT_FALSE(p95->operation);
  auto tail = parse_threshold("chat.p99.9>1.5s");
  ASSERT_TRUE(tail);
  EXPECT_EQ(tail->metric, Metric::p999);
  EXPECT_EQ(tail->limit, 1500);
  EXPECT_EQ(tail->operation, Operation::chat);
  EXPECT_EQ(parse_threshold("p99.9>1s")->metric, Metric::p999);
  EXPECT_EQ(parse_threshold("5xx>0.1%")->metric, Metric::failed);
  EXPECT_FALSE(parse_threshold("rps<1000")->is_above);
}

TEST(Threshold, that_makes_no_sense_is_refused) {
  for (const auto* text : {"", "p95", "p95=200ms", "p95>200", "p95>", "p95>x", "p95>-1ms",
                           "fly.p95>1s", "p97>1s", "errors>1ms", "rps<5%", "rps<1s"})
    EXPECT_FALSE(parse_threshold(text)) << text;
}

TEST(Threshold, is_judged_by_the_figures) {
  auto figures = std::make_unique<Figures>();
  for (int i = 1; i <= 100; ++i)
    figures->record({.outcome = i > 98 ? Outcome::failed : Outcome::ok,
                     .latency = std::chrono::milliseconds(i)});

  EXPECT_NEAR(value_of(Metric::p50, *figures, 10), 50, 50 * Histogram::error_max);
  EXPECT_EQ(value_of(Metric::max, *figures, 10), 100);
  EXPECT_EQ(value_of(Metric::failed, *figures, 10), 2);
  EXPECT_EQ(value_of(Metric::rps, *figures, 10), 10);
  EXPECT_TRUE(is_crossed(*parse_threshold("5xx>0.1%"), 2));
  EXPECT_FALSE(is_crossed(*parse_threshold("rps<10"), 10));
}

}  // namespace
}  // namespace aiva::load
