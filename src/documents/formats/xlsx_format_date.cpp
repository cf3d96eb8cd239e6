#include <algorithm>
#include <array>
#include <cmath>

#include "documents/formats/xlsx_number_format.h"

namespace aiva::documents {
namespace {

using Kind = FormatToken::Kind;

constexpr std::array<std::string_view, 12> month_names = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> day_names = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

// A moment as its parts; `seconds_passed` since the start of the count of days.
struct Moment {
  int year = 1900;
  int month = 1;
  int day = 0;
  int weekday = 0;  // 0 is Sunday
  int hour = 0;
  int minute = 0;
  int second = 0;
  int parts = 0;  // of a second, as many digits as were asked for
  long long seconds_passed = 0;
};

// The civil date of a number of days since 1970-01-01 (H. Hinnant, "chrono-compatible low-level
// date algorithms").
void set_date(long days, Moment& moment) {
  days += 719468;
  long era = days / 146097;
  long day_of_era = days - era * 146097;
  long year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  long day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  long shifted = (5 * day_of_year + 2) / 153;
  moment.day = static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1);
  moment.month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  moment.year = static_cast<int>(year_of_era + era * 400 + (moment.month <= 2 ? 1 : 0));
}

// Excel counts a day that never was, 1900-02-29, as number 60.
void set_date_of_serial(long serial, Moment& moment) {
  constexpr long serial_of_1970 = 25569;
  moment.weekday = static_cast<int>((serial + 6) % 7);
  if (serial == 60) {
    moment.month = 2;
    moment.day = 29;
  } else if (serial == 0) {
    moment.day = 0;
  } else {
    set_date(serial - serial_of_1970 + (serial < 60 ? 1 : 0), moment);
  }
}

Moment take_apart(double serial, int second_digits) {
  long long unit = 1;
  for (int i = 0; i < second_digits; ++i) unit *= 10;
  auto ticks = std::llround(serial * 86400 * static_cast<double>(unit));
  Moment moment;
  moment.seconds_passed = ticks / unit;
  moment.parts = static_cast<int>(ticks % unit);
  auto in_day = static_cast<int>(moment.seconds_passed % 86400);
  moment.hour = in_day / 3600;
  moment.minute = in_day / 60 % 60;
  moment.second = in_day % 60;
  set_date_of_serial(static_cast<long>(moment.seconds_passed / 86400), moment);
  return moment;
}

std::string padded(long long number, int digits) {
  auto text = std::to_string(number);
  auto width = static_cast<std::size_t>(std::clamp(digits, 1, 12));
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

std::string show_month(int month, int count) {
  auto name = month_names[static_cast<std::size_t>(std::clamp(month, 1, 12) - 1)];
  switch (count) {
    case 1:
    case 2: return padded(month, count);
    case 3: return std::string(name.substr(0, 3));
    case 5: return std::string(name.substr(0, 1));
    default: return std::string(name);
  }
}

std::string show_day(const Moment& moment, int count) {
  if (count <= 2) return padded(moment.day, count);
  auto name = day_names[static_cast<std::size_t>(moment.weekday)];
  return std::string(count == 3 ? name.substr(0, 3) : name);
}

std::string show_hour(int hour, int count, bool is_half_day) {
  if (is_half_day) hour = (hour + 11) % 12 + 1;
  return padded(hour, std::min(count, 2));
}

std::string show_half_day(const FormatToken& token, int hour) {
  std::string_view text = hour < 12 ? "AM" : "PM";
  return std::string(text.substr(0, static_cast<std::size_t>(token.count)));
}

std::string show_token(const FormatToken& token, const Moment& moment, bool is_half_day) {
  switch (token.kind) {
    case Kind::literal: return token.text;
    case Kind::year:
      return token.count <= 2 ? padded(moment.year % 100, 2) : padded(moment.year, 4);
    case Kind::month: return show_month(moment.month, token.count);
    case Kind::day: return show_day(moment, token.count);
    case Kind::hour: return show_hour(moment.hour, token.count, is_half_day);
    case Kind::minute: return padded(moment.minute, std::min(token.count, 2));
    case Kind::second: return padded(moment.second, std::min(token.count, 2));
    case Kind::point: return "." + padded(moment.parts, token.count);
    case Kind::hours_passed: return padded(moment.seconds_passed / 3600, token.count);
    case Kind::minutes_passed: return padded(moment.seconds_passed / 60, token.count);
    case Kind::seconds_passed: return padded(moment.seconds_passed, token.count);
    case Kind::half_day: return show_half_day(token, moment.hour);
    case Kind::digit:
    case Kind::percent:
    case Kind::exponent:
    case Kind::slash:
    case Kind::text:
    case Kind::general: return {};
  }
  return {};
}

}  // namespace

std::string show_date(const FormatSection& section, double serial) {
  int second_digits = 0;
  bool is_half_day = false;
  for (const auto& token : section.tokens) {
    if (token.kind == Kind::point) second_digits = std::max(second_digits, token.count);
    is_half_day |= token.kind == Kind::half_day;
  }
  auto moment = take_apart(serial, second_digits);
  std::string out;
  for (const auto& token : section.tokens) out += show_token(token, moment, is_half_day);
  return out;
}

NumberFormat NumberFormat::built_in(int id) {
  struct BuiltIn {
    int id;
    std::string_view code;
  };
  constexpr std::string_view iso_date = "yyyy\\-mm\\-dd";
  constexpr std::array table = {BuiltIn{1, "0"},
                                BuiltIn{2, "0.00"},
                                BuiltIn{3, "#,##0"},
                                BuiltIn{4, "#,##0.00"},
                                BuiltIn{5, "\"$\"#,##0_);\\(\"$\"#,##0\\)"},
                                BuiltIn{6, "\"$\"#,##0_);\\(\"$\"#,##0\\)"},
                                BuiltIn{7, "\"$\"#,##0.00_);\\(\"$\"#,##0.00\\)"},
                                BuiltIn{8, "\"$\"#,##0.00_);\\(\"$\"#,##0.00\\)"},
                                BuiltIn{9, "0%"},
                                BuiltIn{10, "0.00%"},
                                BuiltIn{11, "0.00E+00"},
                                BuiltIn{12, "# ?/?"},
                                BuiltIn{13, "# ?\?/?\?"},
                                BuiltIn{14, iso_date},
                                BuiltIn{15, "d-mmm-yy"},
                                BuiltIn{16, "d-mmm"},
                                BuiltIn{17, "mmm-yy"},
                                BuiltIn{18, "h:mm AM/PM"},
                                BuiltIn{19, "h:mm:ss AM/PM"},
                                BuiltIn{20, "h:mm"},
                                BuiltIn{21, "h:mm:ss"},
                                BuiltIn{22, "yyyy\\-mm\\-dd\\ hh:mm"},
                                BuiltIn{27, iso_date},
                                BuiltIn{28, iso_date},
                                BuiltIn{29, iso_date},
                                BuiltIn{30, iso_date},
                                BuiltIn{31, iso_date},
                                BuiltIn{32, "h:mm"},
                                BuiltIn{33, "h:mm:ss"},
                                BuiltIn{34, iso_date},
                                BuiltIn{35, iso_date},
                                BuiltIn{36, iso_date},
                                BuiltIn{37, "#,##0_);\\(#,##0\\)"},
                                BuiltIn{38, "#,##0_);\\(#,##0\\)"},
                                BuiltIn{39, "#,##0.00_);\\(#,##0.00\\)"},
                                BuiltIn{40, "#,##0.00_);\\(#,##0.00\\)"},
                                BuiltIn{41, "#,##0_);\\(#,##0\\);\"-\"_);@_)"},
                                BuiltIn{42, "\"$\"#,##0_);\\(\"$\"#,##0\\);\"$-\"_);@_)"},
                                BuiltIn{43, "#,##0.00_);\\(#,##0.00\\);\"-\"_);@_)"},
                                BuiltIn{44, "\"$\"#,##0.00_);\\(\"$\"#,##0.00\\);\"$-\"_);@_)"},
                                BuiltIn{45, "mm:ss"},
                                BuiltIn{46, "[h]:mm:ss"},
                                BuiltIn{47, "mm:ss.0"},
                                BuiltIn{48, "##0.0E+0"},
                                BuiltIn{49, "@"},
                                BuiltIn{50, iso_date},
                                BuiltIn{51, iso_date},
                                BuiltIn{52, iso_date},
                                BuiltIn{53, iso_date},
                                BuiltIn{54, iso_date},
                                BuiltIn{55, iso_date},
                                BuiltIn{56, iso_date},
                                BuiltIn{57, iso_date},
                                BuiltIn{58, iso_date}};
  auto found = std::ranges::find(table, id, &BuiltIn::id);
  return found == table.end() ? NumberFormat() : NumberFormat(found->code);
}

}  // namespace aiva::documents
