#pragma once

#include <vector>

#include "capabilities/identity/identity.h"
#include "faces/http/route.h"

namespace aiva::http {

// Reading the audit log: /api/audit-log.
std::vector<Route> audit_routes(identity::Identity& identity);

}  // namespace aiva::http
