#pragma once

#include <cstdint>
#include <string_view>

namespace aiva::redis {

inline constexpr std::uint16_t slot_count = 16384;

// The slot of a key in a cluster: CRC16 (XMODEM) of what stands between its first braces, or of
// all of it (redis.io, "Redis cluster specification").
std::uint16_t hash_slot(std::string_view key);

}  // namespace aiva::redis
