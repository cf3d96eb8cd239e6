#pragma once

#include <vector>

#include "capabilities/voice/numbers.h"
#include "faces/http/route.h"

namespace aiva::http {

// Which agent answers which number.
std::vector<Route> number_routes(voice::Numbers& numbers);

}  // namespace aiva::http
