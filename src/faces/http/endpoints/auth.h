#pragma once

#include <vector>

#include "capabilities/identity/identity.h"
#include "faces/http/route.h"

namespace aiva::http {

// Sign-in and sign-up: /api/auth/….
std::vector<Route> auth_routes(identity::Identity& identity);

}  // namespace aiva::http
