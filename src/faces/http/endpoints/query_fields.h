#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "faces/http/request.h"
#include "foundation/result.h"
#include "foundation/time.h"

namespace aiva::http {

// The query parameter as an id, nothing when absent; `invalid` (with the field) for anything else.
template <class IdType>
Result<std::optional<IdType>> query_id(const Request& request, std::string_view name) {
  auto text = request.query_text(name);
  if (!text) return std::optional<IdType>();
  auto id = IdType::parse(*text);
  if (!id) return fail(invalid_field(std::string(name), "must be an id"));
  return id;
}

// The same as an instant of ISO 8601.
Result<std::optional<UnixMs>> query_instant(const Request& request, std::string_view name);

// The query parameter, nothing when absent; `invalid` (with the field) when it is none of
// `choices`.
Result<std::optional<std::string>> query_choice(const Request& request, std::string_view name,
                                                std::span<const std::string_view> choices);

}  // namespace aiva::http
