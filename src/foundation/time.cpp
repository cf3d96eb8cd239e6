#include "foundation/time.h"

#include <cstdio>

namespace aiva {

namespace chrono = std::chrono;

UnixMs unix_ms_now() {
  return chrono::duration_cast<chrono::milliseconds>(chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string to_iso8601(UnixMs instant) {
  auto point = chrono::sys_time<chrono::milliseconds>(chrono::milliseconds(instant));
  auto day = chrono::floor<chrono::days>(point);
  chrono::year_month_day date(day);
  chrono::hh_mm_ss time(point - day);
  char text[40];
  int length = std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return {text, static_cast<std::size_t>(length)};
}

std::optional<UnixMs> parse_iso8601(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, used = 0;
  std::string copy(text.substr(0, 40));
  if (std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute,
                  &second, &used) != 6)
    return std::nullopt;
  int milliseconds = 0;
  auto rest = std::string_view(copy).substr(static_cast<std::size_t>(used));
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    int scale = 100;
    while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
      milliseconds += (rest[0] - '0') * scale;
      scale /= 10;
      rest.remove_prefix(1);
    }
  }
  chrono::year_month_day date{chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                              chrono::day(static_cast<unsigned>(day))};
  if (rest != "Z" || !date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  auto point = chrono::sys_days(date) + chrono::hours(hour) + chrono::minutes(minute) +
               chrono::seconds(second) + chrono::milliseconds(milliseconds);
  return chrono::duration_cast<chrono::milliseconds>(point.time_since_epoch()).count();
}

}  // namespace aiva
