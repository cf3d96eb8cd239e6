#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "capabilities/voice/flows.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::voice {

// The rows of flows and of where they stand.
class FlowsTable {
 public:
  explicit FlowsTable(SqlSession& sql) : sql_(sql) {}

  // Fails with `conflict` when the agent has a flow of that name.
  Result<void> insert(const Flow& flow);
  Result<Flow> get(TenantId tenant, AgentId agent, FlowId id);
  Result<std::vector<Flow>> list(TenantId tenant, AgentId agent);
  Result<std::int64_t> count(TenantId tenant, AgentId agent);
  Result<bool> exists(TenantId tenant, FlowId id);
  // Fails with `conflict` as insert does.
  Result<void> update(const Flow& flow);
  Result<void> remove(TenantId tenant, AgentId agent, FlowId id);
  Result<void> remove_all(TenantId tenant, AgentId agent);

  // Adds it, or replaces all but when it was made.
  Result<void> put_session(TenantId tenant, const FlowSession& session);
  Result<FlowSession> session(TenantId tenant, std::string_view session_id);
  // Of all tenants.
  Result<std::int64_t> remove_sessions(UnixMs untouched_since);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::voice
