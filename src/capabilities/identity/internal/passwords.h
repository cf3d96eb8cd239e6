#pragma once

#include <string>
#include <string_view>

#include "foundation/result.h"

namespace aiva::identity {

// Fails with `invalid` (the field named) unless a new password has at least 8 characters, an upper
// case letter and a digit, and at most the 72 bytes without NUL that bcrypt looks at.
Result<void> check_new_password(std::string_view field, std::string_view password);

// Whether bcrypt would look at the whole password.
bool is_hashable(std::string_view password);

// 20 random characters that are easy to tell apart and pass check_new_password.
std::string make_random_password();

}  // namespace aiva::identity
