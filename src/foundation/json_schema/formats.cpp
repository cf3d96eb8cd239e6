#include "foundation/json_schema/formats.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "foundation/ids.h"

namespace aiva::json::schema_detail {
namespace {

constexpr std::array<std::pair<std::string_view, Format>, 7> names = {
    {{"date", Format::date},
     {"time", Format::time},
     {"date-time", Format::date_time},
     {"email", Format::email},
     {"uri", Format::uri},
     {"uuid", Format::uuid},
     {"ipv4", Format::ipv4}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The number that `count` digits at `at` make.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  auto part = text.substr(at, count);
  if (!std::ranges::all_of(part, is_digit)) return std::nullopt;
  int number = 0;
  std::from_chars(part.data(), part.data() + part.size(), number);
  return number;
}

bool is_date(std::string_view text) {
  constexpr std::array days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  auto year = digits(text, 0, 4);
  auto month = digits(text, 5, 2);
  auto day = digits(text, 8, 2);
  if (!year || !month || !day || *month < 1 || *month > 12 || *day < 1) return false;
  bool is_leap = (*year % 4 == 0 && *year % 100 != 0) || *year % 400 == 0;
  int last = days[static_cast<std::size_t>(*month - 1)] + (*month == 2 && is_leap ? 1 : 0);
  return *day <= last;
}

bool is_offset(std::string_view text) {
  if (text == "Z" || text == "z") return true;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  auto hours = digits(text, 1, 2);
  auto minutes = digits(text, 4, 2);
  return hours && minutes && *hours < 24 && *minutes < 60;
}

bool is_time(std::string_view text) {
  if (text.size() < 9 || text[2] != ':' || text[5] != ':') return false;
  auto hours = digits(text, 0, 2);
  auto minutes = digits(text, 3, 2);
  auto seconds = digits(text, 6, 2);
  if (!hours || !minutes || !seconds || *hours > 23 || *minutes > 59 || *seconds > 60) return false;
  auto rest = text.substr(8);
  if (rest.front() == '.') {
    rest.remove_prefix(1);
    auto end = std::ranges::find_if_not(rest, is_digit) - rest.begin();
    if (end == 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(end));
  }
  return is_offset(rest);
}

bool is_date_time(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) return false;
  return is_date(text.substr(0, 10)) && is_time(text.substr(11));
}

bool is_email(std::string_view text) {
  constexpr std::size_t bytes_max = 254;
  auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > bytes_max) return false;
  auto is_plain = [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; };
  auto host = text.substr(at + 1);
  auto is_host_byte = [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || (c & 0x80) != 0;
  };
  return std::ranges::all_of(text.substr(0, at), is_plain) && !host.empty() &&
         std::ranges::all_of(host, is_host_byte) && host.front() != '.' && host.back() != '.' &&
         host.find("..") == std::string_view::npos;
}

bool is_uri(std::string_view text) {
  auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(text.front())) return false;
  auto is_scheme_byte = [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  constexpr std::string_view never = "<>\"{}|\\^`";
  return std::ranges::all_of(text.substr(0, colon), is_scheme_byte) &&
         std::ranges::all_of(
             text, [never](char c) { return c > 0x20 && c != 0x7f && !never.contains(c); });
}

bool is_ipv4(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    auto end = text.find('.');
    auto number = text.substr(0, end);
    auto value = digits(number, 0, number.size());
    bool is_byte = !number.empty() && number.size() <= 3 && value && *value <= 255 &&
                   (number.size() == 1 || number.front() != '0');
    bool is_last = end == std::string_view::npos;
    if (!is_byte || is_last != (part == 3)) return false;
    if (!is_last) text.remove_prefix(end + 1);
  }
  return true;
}

}  // namespace

Format parse_format(std::string_view name) {
  for (const auto& [known, format] : names)
    if (known == name) return format;
  return Format::none;
}

bool has_format(std::string_view text, Format format) {
  switch (format) {
    case Format::none: return true;
    case Format::date: return is_date(text);
    case Format::time: return is_time(text);
    case Format::date_time: return is_date_time(text);
    case Format::email: return is_email(text);
    case Format::uri: return is_uri(text);
    case Format::uuid: return Uuid::parse(text).has_value();
    case Format::ipv4: return is_ipv4(text);
  }
  return true;
}

}  // namespace aiva::json::schema_detail
