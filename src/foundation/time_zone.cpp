#include "foundation/time_zone.h"

#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <utility>

namespace aiva {
namespace {

constexpr std::size_t name_bytes_max = 64;
constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t day_ms = 24 * 60 * minute_ms;
constexpr std::int64_t days_per_week = 7;
constexpr std::int64_t first_weekday = 3;  // 1970-01-01 was a Thursday

// ICU takes "GMT+3" and the like for zones of their own; names of the database have none of it.
bool may_be_name(std::string_view name) {
  return !name.empty() && name.size() <= name_bytes_max && !name.starts_with("GMT") &&
         name.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
             "_+-/") == std::string_view::npos;
}

}  // namespace

struct TimeZone::Zone {
  std::unique_ptr<icu::TimeZone> zone;
};

Result<TimeZone> TimeZone::find(std::string_view name) {
  auto unknown = [] { return fail(ErrorCode::invalid, "is no time zone like Europe/Berlin"); };
  if (!may_be_name(name)) return unknown();
  auto id = icu::UnicodeString::fromUTF8(
      icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size())));
  auto found = std::make_shared<Zone>();
  found->zone.reset(icu::TimeZone::createTimeZone(id));
  if (found->zone == nullptr || *found->zone == icu::TimeZone::getUnknown()) return unknown();
  return TimeZone(std::move(found));
}

std::int64_t TimeZone::offset_ms(UnixMs at) const {
  std::int32_t raw = 0;
  std::int32_t summer = 0;
  UErrorCode status = U_ZERO_ERROR;
  zone_->zone->getOffset(static_cast<UDate>(at), 0, raw, summer, status);
  return U_FAILURE(status) ? 0 : std::int64_t{raw} + summer;
}

WallTime TimeZone::wall_time(UnixMs at) const {
  auto local = at + offset_ms(at);
  auto days = local / day_ms - (local % day_ms < 0 ? 1 : 0);
  auto weekday = ((days + first_weekday) % days_per_week + days_per_week) % days_per_week;
  return {.weekday = static_cast<int>(weekday),
          .minute_of_day = static_cast<int>((local - days * day_ms) / minute_ms)};
}

}  // namespace aiva
