#pragma once

#include <cstdint>
#include <string>

#include "capabilities/functions/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::functions {

// The rows of the call log.
class CallsTable {
 public:
  explicit CallsTable(SqlSession& sql) : sql_(sql) {}

  Result<void> insert(TenantId tenant, const FunctionCall& call);
  // Writes down how a pending call ended; false when it was not pending.
  Result<bool> complete(TenantId tenant, const FunctionCall& call);
  Result<CallPage> page(TenantId tenant, AgentId agent, const CallFilter& filter);
  // Of all tenants; at most so many. Answers how many.
  Result<std::int64_t> remove_older(UnixMs than, std::int64_t count_max);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::functions
