#pragma once

#include <optional>
#include <string_view>

#include "faces/http/middleware/exchange.h"
#include "foundation/call_context.h"

namespace aiva::http {

// Reads a traceparent header (https://www.w3.org/TR/trace-context/ §3.2); nothing when it is not
// exactly of version 00's form or has an all-zero id.
std::optional<TraceContext> parse_traceparent(std::string_view header);

// Continues the caller's trace or begins one, with a new span for this request; tells it in the
// answer's traceparent header.
void continue_trace(Exchange& exchange);

}  // namespace aiva::http
