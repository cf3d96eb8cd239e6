#pragma once

#include <string>
#include <vector>

#include "capabilities/agents/agents.h"
#include "faces/http/route.h"

namespace aiva::http {

struct AgentRouteOptions {
  std::string public_url{};  // where clients reach this server; empty: as their request says
};

// Agents, their versions and how to put one into a page: /api/agents….
std::vector<Route> agent_routes(agents::Agents& agents, AgentRouteOptions options = {});

}  // namespace aiva::http
