#pragma once

#include <vector>

#include "capabilities/search/search.h"
#include "faces/http/route.h"

namespace aiva::http {

// Forgetting the answers kept for a knowledge base:
// DELETE /api/knowledge/:tenantId/knowledge-bases/:kbId/cache and /api/knowledge/:kbId/cache.
std::vector<Route> kept_answer_routes(search::Search& search);

}  // namespace aiva::http
