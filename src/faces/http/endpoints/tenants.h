#pragma once

#include <vector>

#include "capabilities/identity/identity.h"
#include "faces/http/route.h"

namespace aiva::http {

// Tenants: /api/tenants….
std::vector<Route> tenant_routes(identity::Identity& identity);

}  // namespace aiva::http
