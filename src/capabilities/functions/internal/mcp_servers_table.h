#pragma once

#include <string>
#include <vector>

#include "capabilities/functions/mcp_servers.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::functions {

// The rows of servers of tools.
class McpServersTable {
 public:
  explicit McpServersTable(SqlSession& sql) : sql_(sql) {}

  // Fails with `conflict` when the agent has a server of that name.
  Result<void> insert(const McpServer& server);
  Result<McpServer> get(TenantId tenant, AgentId agent, McpServerId id);
  // By name; all of them, or those that are active.
  Result<std::vector<McpServer>> list(TenantId tenant, AgentId agent, bool only_active);
  // Of all tenants: active ones that were not asked since then, the longest ago first.
  Result<std::vector<McpServer>> list_stale(UnixMs asked_before, int count_max);
  Result<void> update(const McpServer& server);
  Result<void> remove(TenantId tenant, AgentId agent, McpServerId id);
  Result<void> remove_all(TenantId tenant, AgentId agent);

  // What asking for its tools came to; tools stay as they were when it failed.
  Result<void> keep_tools(const McpServer& server, UnixMs tried_at);
  // Its tools are others now.
  Result<void> make_stale(TenantId tenant, McpServerId id);

 private:
  Result<std::vector<McpServer>> query(std::string_view rest, SqlSession::Parameters parameters);

  SqlSession& sql_;
};

}  // namespace aiva::functions
