#pragma once

#include <vector>

#include "capabilities/commerce/store_events.h"
#include "faces/http/route.h"

namespace aiva::http {

// Where shops send what happens in them. Public: each event is signed.
std::vector<Route> store_event_routes(commerce::StoreEvents& events);

}  // namespace aiva::http
