#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/json.h"
#include "foundation/time.h"

namespace aiva::shopify {

// Parts of what a shop sent, which may be anything. Null, empty or 0 where there are none.
const json::Object* object_of(const json::Object& object, std::string_view name);
const json::Array* array_of(const json::Object& object, std::string_view name);
// The `nodes` of a connection.
const json::Array* nodes_of(const json::Object& object, std::string_view name);
std::string text_of(const json::Object& object, std::string_view name);
// Also of a text of digits, as large numbers are written.
std::optional<std::int64_t> integer_of(const json::Object& object, std::string_view name);
std::optional<double> number_of(const json::Object& object, std::string_view name);
bool flag_of(const json::Object& object, std::string_view name);

// "2025-11-03T08:15:30Z" or with an offset, "…-05:00"; 0 where there is none.
UnixMs instant_of(const json::Object& object, std::string_view name);

// The number of "gid://shopify/KIND/123", empty unless it is of that kind.
std::string number_of_gid(std::string_view gid, std::string_view kind);
std::string make_gid(std::string_view kind, std::string_view number);
// Whether it is a number as shops give to things: 1 to 20 digits.
bool is_number(std::string_view text);

std::string lower(std::string_view text);

}  // namespace aiva::shopify
