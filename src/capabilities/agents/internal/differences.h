#pragma once

#include <vector>

#include "capabilities/agents/agents.h"
#include "capabilities/agents/types.h"

namespace aiva::agents {

// The fields in which two versions differ, by the names clients see and in their order.
std::vector<FieldDifference> differences_between(const AgentSettings& before,
                                                 const AgentSettings& after);

}  // namespace aiva::agents
