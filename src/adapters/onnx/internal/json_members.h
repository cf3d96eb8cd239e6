#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/json.h"

namespace aiva {

// Members of an object of which nothing is known: null, or nothing, when one is absent or of
// another type.

inline const json::Value* member_of(const json::Object& object, std::string_view name) {
  return object.if_contains(name);
}

inline const json::Object* object_in(const json::Object& object, std::string_view name) {
  const auto* value = member_of(object, name);
  return value == nullptr ? nullptr : value->if_object();
}

inline const json::Array* array_in(const json::Object& object, std::string_view name) {
  const auto* value = member_of(object, name);
  return value == nullptr ? nullptr : value->if_array();
}

inline std::string_view text_in(const json::Object& object, std::string_view name) {
  const auto* value = member_of(object, name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

inline std::optional<std::int64_t> integer_in(const json::Object& object, std::string_view name) {
  const auto* value = member_of(object, name);
  const auto* number = value == nullptr ? nullptr : value->if_int64();
  return number == nullptr ? std::nullopt : std::optional(*number);
}

inline std::optional<bool> boolean_in(const json::Object& object, std::string_view name) {
  const auto* value = member_of(object, name);
  const auto* flag = value == nullptr ? nullptr : value->if_bool();
  return flag == nullptr ? std::nullopt : std::optional(*flag);
}

}  // namespace aiva
