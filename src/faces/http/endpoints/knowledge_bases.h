#pragma once

#include <vector>

#include "capabilities/knowledge/knowledge.h"
#include "faces/http/route.h"

namespace aiva::http {

// Knowledge bases: /api/knowledge/:tenantId/knowledge-bases… and, with the caller's own tenant,
// /api/knowledge….
std::vector<Route> knowledge_base_routes(knowledge::Knowledge& knowledge);

}  // namespace aiva::http
