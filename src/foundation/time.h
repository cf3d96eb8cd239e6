#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aiva {

// Milliseconds since 1970-01-01T00:00:00Z: how rows store instants.
using UnixMs = std::int64_t;

// Now, from the system clock. Where tests must steer time, take ports/clock.h instead.
UnixMs unix_ms_now();

// ISO 8601 in UTC with milliseconds: 2025-11-03T08:15:30.123Z.
std::string to_iso8601(UnixMs instant);

// Reads what to_iso8601 writes (fraction optional).
std::optional<UnixMs> parse_iso8601(std::string_view text);

}  // namespace aiva
