#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "foundation/result.h"

namespace aiva::backup {

// How bytes lie in a backup: a head of 12 bytes ("AIVB", the format's version, flags, the length
// before), then the bytes, deflated where that makes them shorter and sealed where there is a key.
// `purpose` binds sealed bytes to their name.
std::string pack(std::string_view bytes, std::string_view key, std::string_view purpose);

// What pack() was given. Fails with `internal` for bytes that were changed, sealed by another key,
// longer than `bytes_max`, or not sealed although there is a key.
Result<std::string> unpack(std::string_view packed, std::string_view key, std::string_view purpose,
                           std::size_t bytes_max);

}  // namespace aiva::backup
