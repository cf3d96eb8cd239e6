#pragma once

#include <vector>

#include "capabilities/billing/usage.h"
#include "faces/http/route.h"
#include "ports/clock.h"

namespace aiva::http {

// What a tenant used, as JSON or CSV: /api/credits/usage.
std::vector<Route> credit_usage_routes(billing::Usage& usage, const Clock& clock);

}  // namespace aiva::http
