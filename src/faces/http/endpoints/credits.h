#pragma once

#include <vector>

#include "capabilities/billing/billing.h"
#include "faces/http/route.h"

namespace aiva::http {

// Credits of a tenant: /api/credits/…. Amounts are US dollars in JSON, micro-dollars inside.
std::vector<Route> credit_routes(billing::Billing& billing);

}  // namespace aiva::http
