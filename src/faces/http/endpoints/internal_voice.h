#pragma once

#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/voice/spoken_cache.h"
#include "faces/http/route.h"

namespace aiva::http {

// What bridges that speak for agents ask: how an agent sounds, and audio that was made before.
std::vector<Route> internal_voice_routes(agents::ActiveAgents& agents, voice::SpokenCache& cache);

}  // namespace aiva::http
