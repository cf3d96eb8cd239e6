#include "adapters/shopify/internal/reading.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace aiva::shopify {
namespace {

constexpr std::size_t number_length_max = 20;
constexpr std::string_view gid_begin = "gid://shopify/";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<int> two_digits(std::string_view text) {
  if (text.size() != 2 || !is_digit(text[0]) || !is_digit(text[1])) return std::nullopt;
  return (text[0] - '0') * 10 + (text[1] - '0');
}

}  // namespace

const json::Object* object_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

const json::Array* array_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_array();
}

const json::Array* nodes_of(const json::Object& object, std::string_view name) {
  const auto* connection = object_of(object, name);
  return connection == nullptr ? nullptr : array_of(*connection, "nodes");
}

std::string text_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

std::optional<std::int64_t> integer_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  const auto* text = value->if_string();
  if (text == nullptr) return std::nullopt;
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  bool is_whole = error == std::errc() && end == text->data() + text->size();
  return is_whole ? std::optional(number) : std::nullopt;
}

std::optional<double> number_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr) return std::nullopt;
  double number = 0;
  if (value->is_number()) {
    number = value->to_number<double>();
  } else {
    const auto* text = value->if_string();
    if (text == nullptr) return std::nullopt;
    auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  }
  // "nan" and "inf" are texts that people can write, too.
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

bool flag_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

UnixMs instant_of(const json::Object& object, std::string_view name) {
  auto text = text_of(object, name);
  if (text.size() < 6 || text.ends_with('Z')) return parse_iso8601(text).value_or(0);
  std::string_view offset = std::string_view(text).substr(text.size() - 6);
  auto hours = two_digits(offset.substr(1, 2));
  auto minutes = two_digits(offset.substr(4, 2));
  bool has_offset = (offset[0] == '+' || offset[0] == '-') && offset[3] == ':' && hours && minutes;
  if (!has_offset) return 0;
  auto local = parse_iso8601(text.substr(0, text.size() - 6) + "Z");
  if (!local) return 0;
  UnixMs ahead = (std::int64_t{*hours} * 60 + *minutes) * 60'000;
  return offset[0] == '+' ? *local - ahead : *local + ahead;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= number_length_max && std::ranges::all_of(text, is_digit);
}

std::string number_of_gid(std::string_view gid, std::string_view kind) {
  if (!gid.starts_with(gid_begin)) return {};
  gid.remove_prefix(gid_begin.size());
  if (!gid.starts_with(kind)) return {};
  gid.remove_prefix(kind.size());
  if (!gid.starts_with('/')) return {};
  gid.remove_prefix(1);
  auto number = gid.substr(0, gid.find('?'));
  return is_number(number) ? std::string(number) : std::string();
}

std::string make_gid(std::string_view kind, std::string_view number) {
  std::string gid(gid_begin);
  gid += kind;
  gid += '/';
  gid += number;
  return gid;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return result;
}

}  // namespace aiva::shopify
