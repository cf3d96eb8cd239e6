#pragma once

#include <vector>

#include "capabilities/agents/agents.h"
#include "capabilities/agents/types.h"
#include "foundation/ids.h"
#include "foundation/result.h"

namespace aiva::agents {

// Puts the fields that are present into `agent`; fails with `invalid` and every wrong field,
// leaving `agent` as it was. Slugs are checked for their form only, knowledge bases not at all.
Result<void> apply_fields(Agent& agent, const AgentFields& fields);

Result<void> check_filter(const Agents::ListFilter& filter);
Result<void> check_page(const PageRequest& page);

// The names of the fields that are present, for the audit log.
std::vector<std::string> names_of(const AgentFields& fields);

}  // namespace aiva::agents
