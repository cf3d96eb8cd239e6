#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "capabilities/agents/agents.h"
#include "capabilities/agents/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::agents {

// The rows of agents; lives inside one read or transaction. Agents are read with the settings of
// their draft.
class AgentsTable {
 public:
  explicit AgentsTable(SqlSession& sql) : sql_(sql) {}

  // Fails with `conflict` when the slug is taken.
  Result<void> insert(const Agent& agent);
  // Fails with `not_found`.
  Result<Agent> get(TenantId tenant, AgentId id);
  Result<PageOf<Agent>> list(TenantId tenant, const Agents::ListFilter& filter);
  Result<std::int64_t> count(TenantId tenant);
  // In the whole installation.
  Result<bool> has_slug(std::string_view slug);
  // Writes everything but the settings. Fails as insert, and with `not_found`.
  Result<void> update(const Agent& agent);
  Result<void> remove(TenantId tenant, AgentId id);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::agents
