#include "foundation/time_zone.h"

#include <gtest/gtest.h>

namespace aiva {
namespace {

struct Case {
  const char* zone;
  const char* instant;
  int weekday;
  int hour;
  int minute;
};

class WallTimeOf : public testing::TestWithParam<Case> {};

TEST_P(WallTimeOf, a_zone_follows_its_summer_time) {
  const auto& wanted = GetParam();
  auto zone = TimeZone::find(wanted.zone);
  ASSERT_TRUE(zone) << zone.error().message;

  auto shown = zone->wall_time(*parse_iso8601(wanted.instant));

  EXPECT_EQ(shown.weekday, wanted.weekday);
  EXPECT_EQ(shown.minute_of_day, wanted.hour * 60 + wanted.minute);
}

INSTANTIATE_TEST_SUITE_P(Zones, WallTimeOf,
                         testing::Values(Case{"UTC", "2025-01-01T00:00:00Z", 2, 0, 0},
                                         Case{"Europe/Berlin", "2025-03-30T00:59:00Z", 6, 1, 59},
                                         Case{"Europe/Berlin", "2025-03-30T01:00:00Z", 6, 3, 0},
                                         Case{"Europe/Berlin", "2025-10-26T01:00:00Z", 6, 2, 0},
                                         Case{"America/New_York", "2025-07-01T03:30:00Z", 0, 23,
                                              30},
                                         Case{"Asia/Kolkata", "2025-07-01T20:00:00Z", 2, 1, 30},
                                         Case{"UTC", "1969-12-31T23:59:00Z", 2, 23, 59}));

TEST(TimeZone, refuses_what_is_no_name_of_the_database) {
  for (const auto* name : {"", "Mars/Olympus", "GMT+3", "Europe/Berlin; DROP", "berlin"})
    EXPECT_FALSE(TimeZone::find(name)) << name;
}

}  // namespace
}  // namespace aiva
