#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aiva::http {

// The request methods routes can have; `other` is any further well-formed one.
enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };

inline constexpr std::size_t method_count = 8;

// The method's name as it stands in a request line; "OTHER" for `other`.
std::string_view to_string(Method method);
// The method of that exact name, `other` for one we do not know.
Method parse_method(std::string_view name);

}  // namespace aiva::http
