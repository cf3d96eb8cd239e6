#pragma once

#include <vector>

#include "capabilities/chat/chat.h"
#include "faces/http/route.h"

namespace aiva::http {

// One question answered with an agent's draft: /api/agents/:agentId/test.
std::vector<Route> agent_trial_routes(chat::Chat& chat);

}  // namespace aiva::http
