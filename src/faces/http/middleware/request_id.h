#pragma once

#include <string_view>

#include "faces/http/middleware/exchange.h"

namespace aiva::http {

// Whether a client's X-Request-Id is fit for logs: 1…128 of [A-Za-z0-9._:/+=-].
bool is_sane_request_id(std::string_view text);

// Takes the client's X-Request-Id or makes one (the trace id), and echoes it. Needs the trace.
void give_request_id(Exchange& exchange);

}  // namespace aiva::http
