#pragma once

#include <vector>

#include "capabilities/identity/identity.h"
#include "faces/http/route.h"

namespace aiva::http {

// API keys of a tenant: /api/keys….
std::vector<Route> api_key_routes(identity::Identity& identity);

}  // namespace aiva::http
