#pragma once

#include <vector>

#include "capabilities/voice/segments.h"
#include "faces/http/route.h"

namespace aiva::http {

// The texts of agents' calls, by key and language, and which languages lack which of them.
std::vector<Route> segment_routes(voice::Segments& segments);

}  // namespace aiva::http
