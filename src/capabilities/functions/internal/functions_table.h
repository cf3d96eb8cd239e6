#pragma once

#include <cstdint>
#include <vector>

#include "capabilities/functions/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::functions {

// The rows of functions, and the version of what each agent's model may call.
class FunctionsTable {
 public:
  explicit FunctionsTable(SqlSession& sql) : sql_(sql) {}

  // Fails with `conflict` when the agent has a function of that name.
  Result<void> insert(const Function& function);
  Result<Function> get(TenantId tenant, AgentId agent, FunctionId id);
  // By name; all of them, or those that are active.
  Result<std::vector<Function>> list(TenantId tenant, AgentId agent, bool only_active);
  Result<std::int64_t> count(TenantId tenant, AgentId agent);
  // Fails with `conflict` as insert does.
  Result<void> update(const Function& function);
  Result<void> remove(TenantId tenant, AgentId agent, FunctionId id);
  Result<void> remove_all(TenantId tenant, AgentId agent);

  Result<std::int64_t> tools_version(AgentId agent);
  Result<void> raise_tools_version(AgentId agent);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::functions
