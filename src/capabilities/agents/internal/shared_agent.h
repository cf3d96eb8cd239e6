#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "capabilities/agents/types.h"

namespace aiva::agents {

// An agent as it lies in the cache that processes share.
struct SharedAgent {
  ActiveAgent agent{};
  std::int64_t clock = 0;  // of the log of changes when it was read from the rows
};

std::string shared_agent_key(AgentId id);
std::string write_shared_agent(const SharedAgent& shared);
// Nothing when the text is not what write_shared_agent writes.
std::optional<SharedAgent> read_shared_agent(std::string_view text);

}  // namespace aiva::agents
