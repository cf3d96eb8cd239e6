#pragma once

#include <vector>

#include "capabilities/identity/identity.h"
#include "faces/http/route.h"

namespace aiva::http {

// Users of a tenant: /api/users….
std::vector<Route> user_routes(identity::Identity& identity);

}  // namespace aiva::http
