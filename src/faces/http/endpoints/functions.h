#pragma once

#include <vector>

#include "capabilities/functions/functions.h"
#include "faces/http/route.h"

namespace aiva::http {

// Functions of agents, trying them out, and their call log; and the internal route that calls one
// by name.
std::vector<Route> function_routes(functions::Functions& functions);

}  // namespace aiva::http
