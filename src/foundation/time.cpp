#include "foundation/time.h"

#include <array>
#include <cstddef>
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

namespace {

// Takes so many digits off the front, nothing else.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  auto digits = text.substr(0, count);
  if (digits.size() < count) return std::nullopt;
  int number = 0;
  for (char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return number;
}

// The milliseconds of a fraction of a second, taken off the front; digits beyond them are passed
// over.
std::optional<int> take_fraction(std::string_view& text) {
  if (!text.starts_with('.')) return 0;
  text.remove_prefix(1);
  int milliseconds = 0;
  int scale = 100;
  auto digit = take_digits(text, 1);
  if (!digit) return std::nullopt;
  for (; digit; digit = take_digits(text, 1)) {
    milliseconds += *digit * scale;
    scale /= 10;
  }
  return milliseconds;
}

}  // namespace

std::optional<UnixMs> parse_iso8601(std::string_view text) {
  constexpr std::string_view separators = "--T::";
  constexpr std::array<std::size_t, separators.size() + 1> widths = {4, 2, 2, 2, 2, 2};
  std::array<int, widths.size()> fields{};
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (i > 0) {
      if (!text.starts_with(separators[i - 1])) return std::nullopt;
      text.remove_prefix(1);
    }
    auto number = take_digits(text, widths[i]);
    if (!number) return std::nullopt;
    fields[i] = *number;
  }
  auto milliseconds = take_fraction(text);
  const auto& [year, month, day, hour, minute, second] = fields;
  chrono::year_month_day date{chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                              chrono::day(static_cast<unsigned>(day))};
  bool is_sound =
      milliseconds && text == "Z" && date.ok() && hour <= 23 && minute <= 59 && second <= 59;
  if (!is_sound) return std::nullopt;
  auto point = chrono::sys_days(date) + chrono::hours(hour) + chrono::minutes(minute) +
               chrono::seconds(second) + chrono::milliseconds(*milliseconds);
  return chrono::duration_cast<chrono::milliseconds>(point.time_since_epoch()).count();
}

}  // namespace aiva
