#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/agents/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::agents {

// An agent that changed, and the clock's number of the change.
struct AgentChangeMark {
  AgentId agent{};
  std::int64_t number = 0;
};

// Agents as conversations read them, and the log of their changes; lives inside one read or
// transaction.
class ActiveRows {
 public:
  explicit ActiveRows(SqlSession& sql) : sql_(sql) {}

  // Which agent of the tenant (nothing: any with a public chat page, of an active tenant), by id
  // when the text is one, else by slug. Fails with `not_found`, and with `conflict` when the agent
  // is switched off or was never published.
  Result<ActiveAgent> published(std::optional<TenantId> tenant, const std::string& id_or_slug);
  // The newest version, whatever the state of the agent.
  Result<ActiveAgent> draft(TenantId tenant, AgentId id);
  Result<bool> is_tenant_active(TenantId tenant);

  // Notes that an agent changed; to be called in the transaction that changes it.
  Result<AgentChangeMark> mark_changed(AgentId agent);
  // The number of the last change of any agent.
  Result<std::int64_t> clock();
  // The newest changes behind `number`, newest first.
  Result<std::vector<AgentChangeMark>> changes_behind(std::int64_t number, int count_max);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::agents
