#pragma once

#include <vector>

#include "capabilities/commerce/stores.h"
#include "faces/http/route.h"

namespace aiva::http {

// The shops of a tenant: connecting, consent, pausing, feeds. Borrowed.
std::vector<Route> store_routes(commerce::Stores& stores);

}  // namespace aiva::http
