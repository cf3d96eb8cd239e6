#pragma once

#include <vector>

#include "capabilities/search/search.h"
#include "faces/http/route.h"

namespace aiva::http {

// Searching a knowledge base: /api/v1/search and /api/knowledge/search, which are the same.
std::vector<Route> search_routes(search::Search& search);

}  // namespace aiva::http
