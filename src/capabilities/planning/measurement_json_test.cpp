#include "capabilities/planning/measurement_json.h"

#include <gtest/gtest.h>

#include "capabilities/planning/testing/measured_box.h"

namespace aiva::planning {
namespace {

std::string text_of(const Measurement& measured) {
  std::string text;
  JsonWriter writer(text);
  write_measurement(writer, measured);
  return text;
}

TEST(MeasurementJson, comes_back_as_it_was_written) {
  auto text = text_of(measured_box());

  auto alone = read_measurement(text);
  auto within = read_measurement("{\"measurement\":" + text + ",\"tier\":\"small\"}");

  ASSERT_TRUE(alone);
  ASSERT_TRUE(within);
  EXPECT_EQ(text_of(*alone), text);
  EXPECT_EQ(text_of(*within), text);
}

TEST(MeasurementJson, names_what_is_missing_or_wrong) {
  auto read = read_measurement(
      R"({"machine":"x","program":"y","measured_at":"z","cores":-1,"memory_gb":"much"})");

  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::invalid);
  EXPECT_GT(read.error().details.size(), 15U);
  EXPECT_FALSE(read_measurement("[]"));
  EXPECT_FALSE(read_measurement("{"));
  EXPECT_FALSE(read_measurement(std::string(2'000'000, ' ')));
}

}  // namespace
}  // namespace aiva::planning
