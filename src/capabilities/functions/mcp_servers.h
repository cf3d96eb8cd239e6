#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/functions/types.h"
#include "capabilities/identity/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/tool_server.h"

namespace aiva::functions {

using McpServerId = Id<struct McpServerTag>;

// Where a server of tools is. In the address, behind its host, and in header values
// `{secret:NAME}` stands for a secret of the tenant.
struct McpServerSettings {
  std::string name;  // [a-zA-Z0-9_-]{1,32}, unique in the agent; begins the names of its tools
  std::string url{};
  std::vector<HeaderTemplate> headers{};
  int timeout_ms = 30'000;                                  // of one call: 1 to 120 s
  std::optional<std::vector<std::string>> allowed_tools{};  // as the server names them; none: all
  bool is_active = true;
};

struct McpServer {
  McpServerId id{};
  TenantId tenant{};
  AgentId agent{};
  McpServerSettings settings{};
  std::vector<RemoteTool> tools{};    // what it offered when it was last asked
  std::optional<UnixMs> listed_at{};  // when that was
  std::string last_error{};           // why asking again failed
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

// The servers of tools of agents (Model Context Protocol). Every operation sees only agents of
// `context.tenant`; anything else is `not_found`. Changes are written into the audit log.
class McpServers {
 public:
  // Changes settings inside of a transaction; may be called again.
  using Change = std::function<Result<void>(McpServerSettings&)>;

  virtual ~McpServers() = default;

  // The server is asked for its tools at once; when that fails, `last_error` tells. Fails with
  // `invalid` (fields), `conflict` (the name is taken), `quota_exceeded` (16 an agent).
  virtual Task<Result<McpServer>> create(CallContext context, identity::Caller caller,
                                         AgentId agent, McpServerSettings settings) = 0;
  virtual Task<Result<McpServer>> get(CallContext context, AgentId agent, McpServerId id) = 0;
  // By name.
  virtual Task<Result<std::vector<McpServer>>> list(CallContext context, AgentId agent) = 0;
  // Fails as create does.
  virtual Task<Result<McpServer>> change(CallContext context, identity::Caller caller,
                                         AgentId agent, McpServerId id, Change change) = 0;
  virtual Task<Result<void>> remove(CallContext context, identity::Caller caller, AgentId agent,
                                    McpServerId id) = 0;
  // Asks the server for its tools now; `last_error` tells when that fails.
  virtual Task<Result<McpServer>> refresh(CallContext context, AgentId agent, McpServerId id) = 0;
  // Asks the servers of all tenants that were not asked for ten minutes, or that said that their
  // tools are others now; a bounded number at a time. Answers how many.
  virtual Task<Result<std::int64_t>> refresh_stale(CallContext context) = 0;
};

}  // namespace aiva::functions
