#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/identity/audit_log.h"
#include "capabilities/voice/ivr_flow.h"
#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::voice {

using FlowId = Id<struct FlowTag>;

// A flow of an agent, and when it begins.
struct Flow {
  FlowId id{};
  TenantId tenant{};
  AgentId agent{};
  std::string name{};  // 1 to 100 bytes, unique in the agent
  std::string description{};
  std::string begins_with = "none";  // call: at once; words: when one of them is heard; none
  std::vector<std::string> trigger_words{};  // at most 50; each may be several words
  FlowDefinition definition{};
  bool is_active = true;
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

// Where a flow stands in a call, so that it survives a process or is led from outside.
struct FlowSession {
  std::string session_id{};  // of the call
  FlowId flow{};
  std::string status = "in_progress";
  std::string step{};
  std::string state = "{}";  // JSON object of at most 64 kB
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

// The flows of agents. Only rows of `context.tenant` are seen; anything else is `not_found`.
// Changes of flows are written into the audit log in the same transaction.
class Flows {
 public:
  // Changes a flow inside of a transaction; may be called again. Its ids do not change.
  using Change = std::function<Result<void>(Flow&)>;

  virtual ~Flows() = default;
  // Fails with `invalid`, `not_found` for the agent, `conflict` when the name is taken,
  // `quota_exceeded` beyond 50 of an agent.
  virtual Task<Result<Flow>> create(CallContext context, identity::Caller caller, Flow flow) = 0;
  virtual Task<Result<Flow>> get(CallContext context, AgentId agent, FlowId id) = 0;
  // By name.
  virtual Task<Result<std::vector<Flow>>> list(CallContext context, AgentId agent) = 0;
  // Fails as create does.
  virtual Task<Result<Flow>> change(CallContext context, identity::Caller caller, AgentId agent,
                                    FlowId id, Change change) = 0;
  virtual Task<Result<void>> remove(CallContext context, identity::Caller caller, AgentId agent,
                                    FlowId id) = 0;

  // Adds or replaces what is known of the flow in that call. Fails with `invalid`, and `not_found`
  // for the flow.
  virtual Task<Result<FlowSession>> save_session(CallContext context, FlowSession session) = 0;
  virtual Task<Result<FlowSession>> session(CallContext context, std::string session_id) = 0;
  // Forgets sessions of all tenants that nobody touched for a month; answers how many.
  virtual Task<Result<std::int64_t>> forget_old_sessions(CallContext context) = 0;
};

// The active flow a call begins with; null: none.
const Flow* flow_for_start(const std::vector<Flow>& flows);
// The active flow that begins with these words, by the longest trigger in them; null: none.
const Flow* flow_for_words(const std::vector<Flow>& flows, std::string_view words);

struct FlowParts {
  Database& database;
  agents::ActiveAgents& agents;
  identity::AuditLog& audit_log;
  const Clock& clock;
};

std::unique_ptr<Flows> make_flows(FlowParts parts);

// Takes an agent's flows away with it, inside the transaction that deletes it.
Result<void> remove_flows_of(SqlSession& sql, TenantId tenant, AgentId agent);

}  // namespace aiva::voice
