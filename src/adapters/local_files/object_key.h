#pragma once

#include <string_view>

#include "foundation/result.h"

namespace aiva {

// Says `invalid` unless `key` is a key of ports/object_store.h: parts of [a-z0-9_.-] joined by
// single slashes, none of them `.` or `..`, at most 512 bytes in all and 255 in a part.
Result<void> check_object_key(std::string_view key);

}  // namespace aiva
