#pragma once

#include <vector>

#include "capabilities/search/history.h"
#include "faces/http/route.h"

namespace aiva::http {

// What was searched in a knowledge base, and figures about it:
// /api/knowledge/:tenantId/knowledge-bases/:kbId/searches and /analytics and, with the caller's own
// tenant, /api/knowledge/:kbId/….
std::vector<Route> search_history_routes(search::History& history);

}  // namespace aiva::http
