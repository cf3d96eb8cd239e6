#include "capabilities/campaigns/calling_windows.h"

#include <gtest/gtest.h>

namespace aiva::campaigns {
namespace {

TEST(CallingWindows, follow_the_clocks_of_their_zone) {
  struct Case {
    const char* zone;
    const char* instant;
    bool is_open;
  };
  std::vector<CallingWindow> windows{{.days = {"mon", "fri"}, .from = "09:00", .to = "18:00"},
                                     {.days = {"sat"}, .from = "22:00", .to = "24:00"}};
  for (auto [zone, instant, wanted] :
       {Case{"Europe/Berlin", "2025-03-31T06:59:59Z", false},  // Monday, 08:59 in summer
        {"Europe/Berlin", "2025-03-31T07:00:00Z", true},
        {"Europe/Berlin", "2025-03-28T07:30:00Z", false},  // Friday, 08:30 in winter
        {"Europe/Berlin", "2025-03-28T16:59:59Z", true},
        {"Europe/Berlin", "2025-03-28T17:00:00Z", false},
        {"Europe/Berlin", "2025-04-01T10:00:00Z", false},    // Tuesday
        {"America/New_York", "2025-04-06T03:59:00Z", true},  // still Saturday there
        {"America/New_York", "2025-04-06T04:00:00Z", false},
        {"UTC", "2025-04-05T23:59:00Z", true}})
    EXPECT_EQ(is_open(windows, *TimeZone::find(zone), *parse_iso8601(instant)), wanted)
        << zone << instant;
}

TEST(CallingWindows, are_open_at_any_time_without_one) {
  EXPECT_TRUE(is_open({}, *TimeZone::find("UTC"), 0));
}

TEST(CallingWindows, that_make_no_sense_are_refused) {
  EXPECT_TRUE(check_windows({{.days = {"mon"}, .from = "00:00", .to = "24:00"}}));
  for (const auto& window :
       std::vector<CallingWindow>{{.days = {}},
                                  {.days = {"monday"}},
                                  {.days = {"mon"}, .from = "9:00"},
                                  {.days = {"mon"}, .from = "09:60"},
                                  {.days = {"mon"}, .to = "24:01"},
                                  {.days = {"mon"}, .from = "18:00", .to = "18:00"},
                                  {.days = {"mon"}, .from = "22:00", .to = "02:00"}})
    EXPECT_FALSE(check_windows({window})) << window.from << window.to;
}

}  // namespace
}  // namespace aiva::campaigns
