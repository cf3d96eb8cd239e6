#pragma once

#include <memory>
#include <string>

#include "capabilities/agents/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::agents {

using ActiveAgentPointer = std::shared_ptr<const ActiveAgent>;

// Agents as conversations need them, on every turn: kept in process, shared through the cache, and
// forgotten everywhere as soon as one is published, changed or deleted.
class ActiveAgents {
 public:
  virtual ~ActiveAgents() = default;
  // By id or slug, of `context.tenant`. Fails with `not_found`, and with `conflict` when the agent
  // is switched off or was never published.
  virtual Task<Result<ActiveAgentPointer>> find(CallContext context, std::string id_or_slug) = 0;
  // The draft, for a trial before it is published.
  virtual Task<Result<ActiveAgentPointer>> draft(CallContext context, AgentId id) = 0;
  // By slug or id, of any tenant, when its public chat page is switched on; otherwise `not_found`.
  virtual Task<Result<ActiveAgentPointer>> find_public(CallContext context,
                                                       std::string id_or_slug) = 0;
};

}  // namespace aiva::agents
