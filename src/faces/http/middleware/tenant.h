#pragma once

#include "faces/http/middleware/exchange.h"

namespace aiva::http {

// Where the path names a tenant: another one's is `forbidden`, unless the caller may see it; then
// the call is made for that tenant.
Outcome check_tenant(Exchange& exchange);

}  // namespace aiva::http
