#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/agents/types.h"
#include "capabilities/identity/audit_log.h"
#include "capabilities/knowledge/knowledge.h"
#include "foundation/call_context.h"
#include "foundation/json.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/cache.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/signals.h"

namespace aiva::agents {

// Only the fields present count; the others are defaults, or stay as they are.
struct AgentFields {
  std::optional<std::string> name{};
  std::optional<std::string> slug{};  // when a new agent has none, it is made from the name
  std::optional<std::string> type{};
  std::optional<std::string> description{};
  std::optional<bool> is_active{};
  std::optional<bool> has_chat_page{};
  std::optional<json::Object> widget{};
  json::Object settings{};  // by the names of settings_json.h; others are ignored
  std::optional<std::int64_t> draft_version{};  // of a change: what it starts from
  bool is_published = false;                    // the result is published at once
};

// What differs between two versions in one field.
struct FieldDifference {
  std::string field;
  std::string before;  // JSON
  std::string after;   // JSON
};

// Agents and their versions. Every operation sees only rows of `context.tenant`; anything else is
// `not_found`. Whatever changes something is written into the audit log in the same transaction,
// and conversations follow: here when the call returns, in other processes as soon as they hear of
// it, within a second at the latest.
class Agents {
 public:
  virtual ~Agents() = default;

  // Fails with `invalid` (every wrong field), `conflict` (the slug is taken in the installation) or
  // `too_large` (the tenant has the most agents allowed).
  virtual Task<Result<Agent>> create(CallContext context, identity::Caller caller,
                                     AgentFields fields) = 0;
  virtual Task<Result<Agent>> get(CallContext context, AgentId id) = 0;
  struct ListFilter {
    std::optional<std::string> type{};
    std::optional<bool> is_active{};
    std::string search{};  // part of name, slug or description
    PageRequest page{};
  };
  // Newest first.
  virtual Task<Result<PageOf<Agent>>> list(CallContext context, ListFilter filter) = 0;
  // Changed settings go into the draft: the newest version, as long as it was never published, else
  // a new one. Everything else takes effect at once. Fails as create, and with `conflict` when
  // `draft_version` is given and another is the newest.
  virtual Task<Result<Agent>> update(CallContext context, identity::Caller caller, AgentId id,
                                     AgentFields fields) = 0;
  virtual Task<Result<void>> remove(CallContext context, identity::Caller caller, AgentId id) = 0;

  // The draft with these changes, as conversations would use it; nothing is stored. Fails as
  // update.
  virtual Task<Result<ActiveAgentPointer>> trial(CallContext context, AgentId id,
                                                 AgentFields fields) = 0;

  // Newest first. Kept are those published now and the newest ones.
  virtual Task<Result<PageOf<AgentVersion>>> versions(CallContext context, AgentId id,
                                                      PageRequest page) = 0;
  virtual Task<Result<AgentVersion>> version(CallContext context, AgentId id,
                                             std::int64_t version) = 0;
  // What `to` says otherwise than `from`.
  virtual Task<Result<std::vector<FieldDifference>>> differences(CallContext context, AgentId id,
                                                                 std::int64_t from,
                                                                 std::int64_t to) = 0;
  // Conversations use this version from now on; nothing: the draft. Fails with `invalid` when it
  // names a knowledge base that is gone.
  virtual Task<Result<Agent>> publish(CallContext context, identity::Caller caller, AgentId id,
                                      std::optional<std::int64_t> version) = 0;
  // Publishes the version again that was published before the one that is now; `conflict` when
  // there was none. The draft stays as it is.
  virtual Task<Result<Agent>> rollback(CallContext context, identity::Caller caller,
                                       AgentId id) = 0;

  virtual ActiveAgents& active() = 0;
};

struct AgentsSettings {
  int agents_per_tenant_max = 10'000;
  std::int64_t versions_kept = 200;              // of an agent
  std::size_t cached_max = 10'000;               // agents in process
  std::chrono::seconds cache_time{300};          // in process and in the shared cache
  std::chrono::milliseconds follow_time{1000};   // so long a change elsewhere may go unseen
  std::chrono::milliseconds cache_patience{50};  // with one call of the shared cache
};

// What agents need of the world; everything is borrowed.
struct AgentsParts {
  Database& database;
  knowledge::Knowledge& knowledge;
  identity::AuditLog& audit_log;
  const Clock& clock;
  Metrics& metrics;
  Cache* shared_cache = nullptr;  // that several processes share; null: this one is alone
  Signals* signals = nullptr;     // to other processes and from them; null: they are not told
  // What else goes with an agent, in the transaction that deletes it.
  std::vector<std::function<Result<void>(SqlSession&, TenantId, AgentId)>> removals{};
};

std::unique_ptr<Agents> make_agents(AgentsParts parts, AgentsSettings settings);

}  // namespace aiva::agents
