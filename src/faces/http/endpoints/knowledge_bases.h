#pragma once

#include <vector>

#include "capabilities/commerce/catalogue.h"
#include "capabilities/images/images.h"
#include "capabilities/knowledge/knowledge.h"
#include "faces/http/route.h"

namespace aiva::http {

// Knowledge bases: /api/knowledge/:tenantId/knowledge-bases… and, with the caller's own tenant,
// /api/knowledge…. Their figures count images and products where these are given.
std::vector<Route> knowledge_base_routes(knowledge::Knowledge& knowledge,
                                         images::Images* images = nullptr,
                                         commerce::Catalogue* products = nullptr);

}  // namespace aiva::http
