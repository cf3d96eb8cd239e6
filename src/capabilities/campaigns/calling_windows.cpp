#include "capabilities/campaigns/calling_windows.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace aiva::campaigns {
namespace {

constexpr std::array<std::string_view, 7> weekdays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::size_t windows_max = 50;
constexpr int day_minutes = 24 * 60;

bool is_weekday(const std::string& day) {
  return std::ranges::find(weekdays, day) != weekdays.end();
}

}  // namespace

int minutes_of(const std::string& text) {
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 5 || text[2] != ':') return -1;
  for (std::size_t at : {0U, 1U, 3U, 4U})
    if (!is_digit(text[at])) return -1;
  auto hour = (text[0] - '0') * 10 + (text[1] - '0');
  auto minute = (text[3] - '0') * 10 + (text[4] - '0');
  auto minutes = hour * 60 + minute;
  return minute > 59 || minutes > day_minutes ? -1 : minutes;
}

Result<void> check_windows(const std::vector<CallingWindow>& windows) {
  if (windows.size() > windows_max) return fail(ErrorCode::invalid, "must be at most 50");
  for (const auto& window : windows) {
    if (window.days.empty() || window.days.size() > weekdays.size() ||
        !std::ranges::all_of(window.days, is_weekday))
      return fail(ErrorCode::invalid, "days must be some of mon tue wed thu fri sat sun");
    auto from = minutes_of(window.from);
    auto to = minutes_of(window.to);
    if (from < 0 || to < 0) return fail(ErrorCode::invalid, "from and to must be times like 09:00");
    if (from >= to)
      return fail(ErrorCode::invalid, "to must be after from; two windows span midnight");
  }
  return {};
}

bool is_open(const std::vector<CallingWindow>& windows, const TimeZone& zone, UnixMs at) {
  if (windows.empty()) return true;
  auto wall = zone.wall_time(at);
  auto day = weekdays[static_cast<std::size_t>(wall.weekday)];
  return std::ranges::any_of(windows, [&](const CallingWindow& window) {
    return std::ranges::find(window.days, day) != window.days.end() &&
           wall.minute_of_day >= minutes_of(window.from) &&
           wall.minute_of_day < minutes_of(window.to);
  });
}

}  // namespace aiva::campaigns
