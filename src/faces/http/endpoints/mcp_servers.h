#pragma once

#include <vector>

#include "capabilities/functions/mcp_servers.h"
#include "faces/http/route.h"

namespace aiva::http {

// Servers of tools of agents.
std::vector<Route> mcp_server_routes(functions::McpServers& servers);

}  // namespace aiva::http
