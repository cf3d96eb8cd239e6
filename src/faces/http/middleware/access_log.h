#pragma once

#include <cstdint>

#include "faces/http/middleware/exchange.h"

namespace aiva::http {

// Writes one line about an answered request. Says the route's pattern, never the query, a header's
// content or a body, which may hold secrets.
void log_access(const Exchange& exchange, std::uint64_t bytes_sent, double seconds);

}  // namespace aiva::http
