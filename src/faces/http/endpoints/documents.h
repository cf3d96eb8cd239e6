#pragma once

#include <chrono>
#include <vector>

#include "capabilities/knowledge/document_events.h"
#include "capabilities/knowledge/knowledge.h"
#include "faces/http/route.h"

namespace aiva::http {

struct DocumentRouteOptions {
  std::uint64_t file_bytes_max = 100 * 1024 * 1024;
  std::chrono::milliseconds watch_interval{1000};  // for changes other processes make
};

// Documents of a knowledge base: /api/knowledge/:tenantId/knowledge-bases/:kbId/documents…, the
// same without the tenant, and /api/v1/documents…. Both parts are borrowed.
std::vector<Route> document_routes(knowledge::Knowledge& knowledge,
                                   knowledge::DocumentEvents& events,
                                   DocumentRouteOptions options = {});

}  // namespace aiva::http
