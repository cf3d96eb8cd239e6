#include "capabilities/checkup/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace aiva::checkup {
namespace {

using testing::HasSubstr;

Exposition parsed(std::string_view text) {
  auto exposition = Exposition::parse(text);
  AIVA_ASSERT(exposition);
  return *exposition;
}

TEST(Exposition, reads_samples_labels_and_special_values) {
  auto shown = parsed(
      "# HELP a Things\n# TYPE a counter\n"
      "a{route=\"/x\",status=\"200\"} 3\n"
      "a{route=\"/y \\\"q\\\" \\\\ \\n\",status=\"500\",} 4 1700000000000\n"
      "b 1.5e-3 # {trace_id=\"ab\"} 0.5 1700000000\n\n"
      "c +Inf\r\nd NaN\n");

  EXPECT_DOUBLE_EQ(shown.sum("a").value_or(0), 7);
  EXPECT_DOUBLE_EQ(shown.largest("a").value_or(0), 4);
  EXPECT_EQ(shown.samples("a")->at(1).label("route"), "/y \"q\" \\ \n");
  EXPECT_EQ(shown.samples("a")->at(1).label("none"), "");
  EXPECT_DOUBLE_EQ(shown.sum("b").value_or(0), 0.0015);
  EXPECT_TRUE(std::isinf(shown.sum("c").value_or(0)));
  EXPECT_TRUE(std::isnan(shown.sum("d").value_or(0)));
  EXPECT_FALSE(shown.sum("e"));
  EXPECT_FALSE(shown.sum("a", [](const Sample& sample) { return sample.label("route") == "/z"; }));
}

TEST(Exposition, names_the_line_that_is_none_of_it) {
  for (const std::string_view line :
       {"a", "a{b} 1", "a{b=\"c} 1", "a{b=\"c\\", "a x", "{} 1", "<html>", "a{b=\"c\" 1"}) {
    auto exposition = Exposition::parse("ok 1\n" + std::string(line) + "\n");
    ASSERT_FALSE(exposition) << line;
    EXPECT_EQ(exposition.error().code, ErrorCode::invalid);
    EXPECT_THAT(exposition.error().message, HasSubstr("Line 2"));
  }
}

constexpr std::string_view times =
    "t_bucket{route=\"a\",le=\"0.1\"} 5\nt_bucket{route=\"a\",le=\"1\"} 9\n"
    "t_bucket{route=\"a\",le=\"+Inf\"} 10\n"
    "t_bucket{route=\"b\",le=\"0.1\"} 5\nt_bucket{route=\"b\",le=\"1\"} 5\n"
    "t_bucket{route=\"b\",le=\"+Inf\"} 10\n";

TEST(Exposition, finds_quantiles_of_all_series_together) {
  auto both = parsed(times).distribution("t");
  auto one = parsed(times).distribution(
      "t", [](const Sample& sample) { return sample.label("route") == "a"; });

  EXPECT_DOUBLE_EQ(both.count(), 20);
  EXPECT_DOUBLE_EQ(both.quantile(0.5).value_or(0), 0.1);
  EXPECT_DOUBLE_EQ(both.quantile(0.6).value_or(0), 0.1 + 0.9 * 2 / 4);
  EXPECT_DOUBLE_EQ(both.quantile(0.99).value_or(0), 1);  // the last bound that is finite
  EXPECT_DOUBLE_EQ(one.quantile(0.25).value_or(0), 0.05);
  EXPECT_FALSE(parsed("").distribution("t").quantile(0.5));
}

TEST(Exposition, tells_what_came_between_two_readings) {
  LiveReadings readings{
      .first = parsed("n 5\nt_bucket{le=\"1\"} 2\nt_bucket{le=\"+Inf\"} 4\n"),
      .second = parsed("n 8\nnew 2\nt_bucket{le=\"1\"} 12\nt_bucket{le=\"+Inf\"} 14\n"),
      .seconds = 10};

  EXPECT_DOUBLE_EQ(readings.growth("n").value_or(0), 3);
  EXPECT_DOUBLE_EQ(readings.growth("new").value_or(0), 2);
  EXPECT_FALSE(readings.growth("none"));
  EXPECT_DOUBLE_EQ(readings.recent("t", 10).count(), 10);
  EXPECT_DOUBLE_EQ(readings.recent("t", 11).count(), 14);  // too few meanwhile: since the start
}

TEST(Exposition, begins_anew_with_a_server_that_started_anew) {
  LiveReadings readings{.first = parsed("n 50\nt_bucket{le=\"+Inf\"} 40\n"),
                        .second = parsed("n 8\nt_bucket{le=\"+Inf\"} 3\n"),
                        .seconds = 10};

  EXPECT_DOUBLE_EQ(readings.growth("n").value_or(0), 8);
  EXPECT_DOUBLE_EQ(readings.recent("t", 1).count(), 3);
}

}  // namespace
}  // namespace aiva::checkup
