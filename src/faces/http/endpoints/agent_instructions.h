#pragma once

#include <vector>

#include "capabilities/agents/instruction_writer.h"
#include "faces/http/route.h"

namespace aiva::http {

// Instructions of an agent written by a model: /api/agents/generate-instructions.
std::vector<Route> agent_instruction_routes(agents::InstructionWriter& writer);

}  // namespace aiva::http
