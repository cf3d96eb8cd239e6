#pragma once

#include <string>
#include <string_view>

#include "foundation/result.h"

namespace aiva::identity {

// The one spelling under which an e-mail address is stored and looked up: trimmed and in lower
// case. Fails with `invalid` (field "email") when it cannot be an address: more than 254 bytes, not
// ASCII, or not local@domain with the characters of RFC 5321's dot-string.
Result<std::string> normalize_email(std::string_view text);

}  // namespace aiva::identity
