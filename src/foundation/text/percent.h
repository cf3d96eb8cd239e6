#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aiva {

// What percent-encoded text (RFC 3986) says; nothing when a `%` is not followed by two hexadecimal
// digits.
std::optional<std::string> decode_percent(std::string_view text);

}  // namespace aiva
