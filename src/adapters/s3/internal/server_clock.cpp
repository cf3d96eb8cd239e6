#include "adapters/s3/internal/server_clock.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>

namespace aiva::s3 {
namespace {

constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr UnixMs noticed_ms = 60'000;

std::optional<int> number(std::string_view text) {
  int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<UnixMs> parse_http_date(std::string_view text) {
  using namespace std::chrono;
  if (text.size() != 29 || !text.ends_with(" GMT") || text.substr(3, 2) != ", ")
    return std::nullopt;
  auto day = number(text.substr(5, 2));
  auto year = number(text.substr(12, 4));
  auto hour = number(text.substr(17, 2));
  auto minute = number(text.substr(20, 2));
  auto second = number(text.substr(23, 2));
  unsigned month = 1;
  while (month <= months.size() && months[month - 1] != text.substr(8, 3)) ++month;
  if (!day || !year || !hour || !minute || !second || month > months.size()) return std::nullopt;
  year_month_day date{std::chrono::year(*year), std::chrono::month(month),
                      std::chrono::day(static_cast<unsigned>(*day))};
  bool is_time =
      *hour >= 0 && *hour < 24 && *minute >= 0 && *minute < 60 && *second >= 0 && *second <= 60;
  if (!date.ok() || !is_time) return std::nullopt;
  auto instant = sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second);
  return duration_cast<milliseconds>(instant.time_since_epoch()).count();
}

bool ServerClock::learn(std::string_view date, UnixMs signed_at) {
  auto told = parse_http_date(date);
  if (!told || std::llabs(*told - signed_at) < noticed_ms) return false;
  ahead_ = *told - clock_.unix_ms();
  return true;
}

}  // namespace aiva::s3
