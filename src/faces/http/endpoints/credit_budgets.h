#pragma once

#include <vector>

#include "capabilities/billing/budgets.h"
#include "faces/http/route.h"

namespace aiva::http {

// Budgets and alerts of a tenant: /api/credits/budgets, /api/credits/low-balance and
// /api/credits/alerts.
std::vector<Route> credit_budget_routes(billing::Budgets& budgets);

}  // namespace aiva::http
