#include "faces/http/request.h"

#include <charconv>

#include "faces/http/header_text.h"

namespace aiva::http {

const identity::Principal& Request::principal() const {
  static const identity::Principal nobody;
  return signed_in ? *signed_in : nobody;
}

std::string_view Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : path_parameters)
    if (key == name) return value;
  return {};
}

std::string_view Request::header(std::string_view name) const {
  for (const auto& field : headers)
    if (equals_ignoring_case(field.name, name)) return field.value;
  return {};
}

std::optional<std::string_view> Request::query_text(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name && !value.empty()) return value;
  return std::nullopt;
}

Result<std::int64_t> Request::query_integer(std::string_view name, std::int64_t fallback,
                                            std::int64_t min, std::int64_t max) const {
  auto text = query_text(name);
  if (!text) return fallback;
  std::int64_t number = 0;
  const char* end = text->data() + text->size();
  auto [stopped, error] = std::from_chars(text->data(), end, number);
  if (error == std::errc() && stopped == end && number >= min && number <= max) return number;
  return fail(invalid_field(std::string(name), "must be an integer between " + std::to_string(min) +
                                                   " and " + std::to_string(max)));
}

Result<std::optional<bool>> Request::query_flag(std::string_view name) const {
  auto text = query_text(name);
  if (!text) return std::nullopt;
  if (*text == "true" || *text == "1") return true;
  if (*text == "false" || *text == "0") return false;
  return fail(invalid_field(std::string(name), "must be true or false"));
}

Result<Page> Request::page(PageLimits limits) const {
  TRY(auto number, query_integer("page", 1, 1, 1'000'000));
  TRY(auto limit, query_integer("limit", limits.limit_default, 1, limits.limit_max));
  return Page{.page = static_cast<int>(number), .limit = static_cast<int>(limit)};
}

Result<json::Value> Request::json() const {
  if (body.empty()) return fail(ErrorCode::invalid, "The request needs a JSON body");
  // Its size was checked when it was read.
  return json::parse(body, {.bytes_max = body.size()});
}

Error Request::malformed_id(std::string_view name) {
  return Error{.code = ErrorCode::not_found,
               .message = "There is no such thing",
               .cause = "the path parameter " + std::string(name) + " is not an id"};
}

}  // namespace aiva::http
