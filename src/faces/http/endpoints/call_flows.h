#pragma once

#include <vector>

#include "capabilities/voice/flows.h"
#include "faces/http/route.h"

namespace aiva::http {

// Flows of agents and their steps; and what leads calls from outside: the active flows of an agent,
// and where they stand.
std::vector<Route> call_flow_routes(voice::Flows& flows);

}  // namespace aiva::http
