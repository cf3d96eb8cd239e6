#include <gtest/gtest.h>

#include <limits>

#include "capabilities/planning/internal/plan_lines.h"

namespace aiva::planning {
namespace {

TEST(PlanLines, write_numbers_with_the_figures_that_count) {
  struct Case {
    double value;
    std::string_view text;
  };
  const Case cases[] = {{0, "0"},          {0.0045, "0.0045"},  {0.123456, "0.123"},
                        {1.5, "1.50"},     {12.34, "12.3"},     {123.4, "123"},
                        {999, "999"},      {1000, "1,000"},     {1234567.8, "1,234,568"},
                        {-4000, "-4,000"}, {100'000, "100,000"}};
  for (const auto& number : cases) EXPECT_EQ(format_number(number.value), number.text);
  EXPECT_EQ(format_number(std::numeric_limits<double>::infinity()), "?");
}

}  // namespace
}  // namespace aiva::planning
