#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "capabilities/functions/agent_tools.h"
#include "capabilities/functions/mcp_servers.h"
#include "capabilities/functions/types.h"
#include "capabilities/identity/audit_log.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/pause.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/http_client.h"
#include "ports/job_queue.h"
#include "ports/tool_server.h"

namespace aiva::functions {

// The kind of the jobs that call asynchronous functions.
inline constexpr const char* call_job_kind = "call_function";

// The functions of agents. Every operation sees only agents of `context.tenant`; anything else is
// `not_found`. Changes are written into the audit log in the same transaction.
class Functions {
 public:
  // Changes settings inside of a transaction; may be called again.
  using Change = std::function<Result<void>(FunctionSettings&)>;

  virtual ~Functions() = default;

  // Fails with `invalid` (fields), `conflict` (the name is taken), `quota_exceeded` (64 an agent).
  virtual Task<Result<Function>> create(CallContext context, identity::Caller caller, AgentId agent,
                                        FunctionSettings settings) = 0;
  virtual Task<Result<Function>> get(CallContext context, AgentId agent, FunctionId id) = 0;
  // By name.
  virtual Task<Result<std::vector<Function>>> list(CallContext context, AgentId agent) = 0;
  // Fails as create does.
  virtual Task<Result<Function>> change(CallContext context, identity::Caller caller, AgentId agent,
                                        FunctionId id, Change change) = 0;
  virtual Task<Result<void>> remove(CallContext context, identity::Caller caller, AgentId agent,
                                    FunctionId id) = 0;
  // Calls a function now, whatever its mode and whether it is active, and logs that.
  virtual Task<Result<ToolOutcome>> try_out(CallContext context, AgentId agent, FunctionId id,
                                            std::string arguments) = 0;
  // Calls what the agent's model may call, by name.
  virtual Task<Result<ToolOutcome>> execute(CallContext context, AgentId agent, ToolCall call) = 0;

  // The log.
  virtual Task<Result<CallPage>> calls(CallContext context, AgentId agent, CallFilter filter) = 0;
  // Removes calls of all tenants that are older than `age`; answers how many.
  virtual Task<Result<std::int64_t>> remove_old_calls(CallContext context,
                                                      std::chrono::days age) = 0;

  // What conversations see of all this.
  virtual AgentTools& tools() = 0;
  virtual McpServers& mcp_servers() = 0;
  // Calls an asynchronous function: one leased job.
  virtual Task<Result<JobOutcome>> run(CallContext context, Job job) = 0;
};

// How functions may reach the world.
struct FunctionRules {
  bool allow_private_hosts = false;          // addresses of the own network
  std::vector<std::string> private_hosts{};  // only these of it: "host" or "host:port"; empty: any
  std::chrono::milliseconds backoff_first{300};  // doubled for each further attempt, with jitter
  std::chrono::milliseconds backoff_max{5000};
  std::chrono::milliseconds retry_after_max{10'000};  // told to wait longer: give up instead
  Pause pause{};                                      // for tests; empty: a thread of its own
};

// Everything but the key and the check is borrowed.
struct FunctionParts {
  Database& database;
  HttpClient& http;
  JobQueue& jobs;
  ToolServers& tool_servers;
  identity::AuditLog& audit_log;
  const Clock& clock;
  Metrics& metrics;
  // Fails with `not_found` unless the agent is one of context.tenant.
  std::function<Task<Result<void>>(CallContext context, AgentId agent)> check_agent;
  std::string master_key;  // of secrets, 32 bytes
};

// Removes the functions and servers of tools of an agent, inside of the transaction that deletes
// it. Its calls stay in the log until they are old.
Result<void> remove_functions_of(SqlSession& sql, TenantId tenant, AgentId agent);

std::unique_ptr<Functions> make_functions(FunctionParts parts, FunctionRules rules = {});

}  // namespace aiva::functions
