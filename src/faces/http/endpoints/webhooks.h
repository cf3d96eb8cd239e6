#pragma once

#include <vector>

#include "capabilities/webhooks/webhooks.h"
#include "faces/http/route.h"

namespace aiva::http {

// Addresses that are told of events, and what became of it: /api/webhooks/….
std::vector<Route> webhook_routes(webhooks::Webhooks& webhooks);

}  // namespace aiva::http
