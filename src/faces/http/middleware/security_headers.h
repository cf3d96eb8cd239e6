#pragma once

#include "faces/http/middleware/exchange.h"

namespace aiva::http {

// Adds what keeps browsers from guessing types, framing us and leaking addresses; a content policy
// for HTML; HSTS over TLS; and keeps answers out of caches unless the handler says otherwise.
void add_security_headers(Exchange& exchange);

}  // namespace aiva::http
