#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "faces/http/middleware/exchange.h"

namespace aiva::http {

// How the end of an answer's body is told.
struct Framing {
  std::optional<std::uint64_t> length{};  // nothing: chunked, or the end of the connection
  bool is_chunked = false;
  bool keeps_alive = true;
};

// Appends the status line and all headers of the exchange's answer, up to and with the empty line.
void append_response_head(std::string& out, const Exchange& exchange, const Framing& framing);

}  // namespace aiva::http
