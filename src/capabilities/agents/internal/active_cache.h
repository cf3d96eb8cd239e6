#pragma once

#include <memory>
#include <optional>
#include <string>

#include "capabilities/agents/active_agents.h"
#include "capabilities/agents/agents.h"
#include "capabilities/agents/internal/active_rows.h"
#include "capabilities/agents/internal/change_follower.h"
#include "foundation/flights.h"
#include "foundation/lru_cache.h"

namespace aiva::agents {

// ActiveAgents out of this process' memory, then the shared cache, then the rows, read once for all
// who wait for the same agent. What the memory holds costs no row; the log of changes is looked at
// once a second, and when another process says that there is one. Any thread.
class ActiveCache final : public ActiveAgents {
 public:
  ActiveCache(const AgentsParts& parts, const AgentsSettings& settings);

  Task<Result<ActiveAgentPointer>> find(CallContext context, std::string id_or_slug) override;
  Task<Result<ActiveAgentPointer>> draft(CallContext context, AgentId id) override;
  Task<Result<ActiveAgentPointer>> find_public(CallContext context,
                                               std::string id_or_slug) override;

  // Forgets an agent after the change was committed.
  void forget(const AgentChangeMark& mark);

 private:
  // Whose agents are looked for: one tenant's, or any with a public page.
  using Scope = std::optional<TenantId>;
  struct Loaded {
    ActiveAgentPointer agent{};
    std::int64_t clock = 0;  // of the log of changes when it was read
  };

  Task<void> keep_up(CallContext context);
  ActiveAgentPointer kept(const Scope& scope, const std::string& id_or_slug);
  void keep(const Loaded& loaded);
  void drop(AgentId id);
  Task<Result<ActiveAgentPointer>> load(CallContext context, Scope scope, std::string id_or_slug);
  // The work of a flight; `fetched` outlives it.
  Task<Result<void>> fetch_into(ActiveAgentPointer& fetched, CallContext context, Scope scope,
                                std::string id_or_slug);
  Task<Result<ActiveAgentPointer>> fetch(CallContext context, Scope scope, std::string id_or_slug);
  Task<ActiveAgentPointer> fetch_shared(CallContext context, Scope scope, AgentId id);
  Task<void> share(CallContext context, Loaded loaded);
  Task<Result<void>> check_tenant(CallContext context, TenantId tenant);
  [[nodiscard]] CallContext hurried(const CallContext& context) const;

  Database& database_;
  Cache* shared_;
  AgentsSettings settings_;
  Counter& hits_;
  Counter& shared_hits_;
  Counter& misses_;
  LruCache<AgentId, ActiveAgent> agents_;
  LruCache<std::string, AgentId> slugs_;
  LruCache<TenantId, bool> tenants_;  // whether they are active
  ChangeFollower follower_;
  Signals* signals_;
  Flights<std::string> flights_;                              // by scope and text
  std::unique_ptr<Signals::Subscription> changes_elsewhere_;  // the first to go
};

}  // namespace aiva::agents
