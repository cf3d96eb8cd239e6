#pragma once

#include <string>
#include <vector>

#include "faces/http/endpoints/mcp_tools.h"
#include "faces/http/route.h"

namespace aiva::http {

struct McpRouteOptions {
  std::string version = "0.0.0";       // of the server, as it introduces itself
  std::vector<std::string> origins{};  // of pages that may call; "*": any
};

// AIVA as a server of the Model Context Protocol: POST /mcp, the streamable HTTP transport of the
// revisions 2025-06-18 and 2025-03-26 without sessions, every answer as JSON.
std::vector<Route> mcp_routes(const McpToolParts& parts, McpRouteOptions options);

}  // namespace aiva::http
