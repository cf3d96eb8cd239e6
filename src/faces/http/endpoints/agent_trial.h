#pragma once

#include <vector>

#include "capabilities/agents/agents.h"
#include "capabilities/chat/completions.h"
#include "faces/http/route.h"

namespace aiva::http {

// One question answered with an agent's draft, or with what it is to become:
// /api/agents/:agentId/test. Streams as turns of conversations do.
std::vector<Route> agent_trial_routes(agents::Agents& agents, chat::Completions& completions);

}  // namespace aiva::http
