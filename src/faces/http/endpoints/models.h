#pragma once

#include <vector>

#include "capabilities/models/models.h"
#include "capabilities/models/prices.h"
#include "faces/http/route.h"

namespace aiva::http {

// Language models: /api/models, the tenant's keys under /api/models/keys, what models cost under
// /api/models/prices.
std::vector<Route> model_routes(models::Models& models, models::Prices& prices);

}  // namespace aiva::http
