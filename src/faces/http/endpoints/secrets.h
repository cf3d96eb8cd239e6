#pragma once

#include <vector>

#include "capabilities/functions/secrets.h"
#include "faces/http/route.h"

namespace aiva::http {

// Secrets of a tenant, which functions are called with: written and removed, never shown.
std::vector<Route> secret_routes(functions::Secrets& secrets);

}  // namespace aiva::http
