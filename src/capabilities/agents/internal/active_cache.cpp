#include "capabilities/agents/internal/active_cache.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "capabilities/agents/internal/shared_agent.h"
#include "foundation/log.h"

namespace aiva::agents {
namespace {

constexpr std::chrono::seconds load_time_max{10};
constexpr const char* changes_topic = "agents";
constexpr const char* lookups_name = "aiva_agent_lookups_total";
constexpr const char* lookups_help =
    "Agents looked up for conversations, by where they were: in process, in the shared cache, in "
    "the rows";

Error no_such_agent() { return {.code = ErrorCode::not_found, .message = "No such agent"}; }

}  // namespace

ActiveCache::ActiveCache(const AgentsParts& parts, const AgentsSettings& settings)
    : database_(parts.database),
      shared_(parts.shared_cache),
      settings_(settings),
      hits_(parts.metrics.counter(lookups_name, lookups_help, {{"found", "process"}})),
      shared_hits_(parts.metrics.counter(lookups_name, lookups_help, {{"found", "shared"}})),
      misses_(parts.metrics.counter(lookups_name, lookups_help, {{"found", "rows"}})),
      agents_(settings.cached_max, settings.cache_time),
      slugs_(settings.cached_max, settings.cache_time),
      tenants_(settings.cached_max, changes_seen_within),
      follower_(parts.database, parts.clock, settings.follow_time,
                [this](AgentId id) {
                  if (!id.is_nil()) return drop(id);
                  agents_.clear();
                  slugs_.clear();
                }),
      signals_(parts.signals) {
  if (signals_ == nullptr) return;
  changes_elsewhere_ =
      signals_->subscribe(changes_topic, [this](std::string_view) { follower_.look_soon(); });
}

Task<Result<ActiveAgentPointer>> ActiveCache::find(CallContext context, std::string id_or_slug) {
  if (follower_.is_due()) co_await keep_up(context);
  Scope scope = context.tenant;
  if (auto agent = kept(scope, id_or_slug)) {
    hits_.add();
    co_return agent;
  }
  auto loading = load(context, scope, std::move(id_or_slug));
  auto agent = co_await std::move(loading);
  co_return agent;
}

Task<Result<ActiveAgentPointer>> ActiveCache::find_public(CallContext context,
                                                          std::string id_or_slug) {
  if (follower_.is_due()) co_await keep_up(context);
  auto agent = kept(std::nullopt, id_or_slug);
  if (agent) {
    hits_.add();
  } else {
    auto loading = load(context, std::nullopt, std::move(id_or_slug));
    auto loaded = co_await std::move(loading);
    // Nobody outside needs to know that there is one that is switched off.
    if (!loaded && loaded.error().code == ErrorCode::conflict) co_return fail(no_such_agent());
    if (!loaded) co_return fail(std::move(loaded.error()));
    agent = std::move(*loaded);
  }
  auto checking = check_tenant(context, agent->tenant);
  CO_TRY_VOID(co_await std::move(checking));
  co_return agent;
}

Task<Result<ActiveAgentPointer>> ActiveCache::draft(CallContext context, AgentId id) {
  auto reading = read(database_, context,
                      [&](SqlSession& sql) { return ActiveRows(sql).draft(context.tenant, id); });
  CO_TRY(auto agent, co_await std::move(reading));
  co_return std::make_shared<const ActiveAgent>(std::move(agent));
}

void ActiveCache::forget(const AgentChangeMark& mark) {
  follower_.note(mark);
  drop(mark.agent);
  if (signals_ != nullptr) signals_->publish(changes_topic, mark.agent.to_string());
}

// Others may need what is read here, so the caller's end does not end it.
Task<void> ActiveCache::keep_up(CallContext context) {
  context.cancellation = {};
  context.deadline = std::chrono::steady_clock::now() + load_time_max;
  auto following = follower_.follow(context);
  co_await std::move(following);
}

ActiveAgentPointer ActiveCache::kept(const Scope& scope, const std::string& id_or_slug) {
  auto id = AgentId::parse(id_or_slug);
  bool is_by_id = id.has_value();
  if (!is_by_id) {
    auto known = slugs_.get(id_or_slug);
    if (!known) return nullptr;
    id = *known;
  }
  auto agent = agents_.get(*id);
  if (!agent) return nullptr;
  bool is_meant = is_by_id || agent->slug == id_or_slug;  // slugs change hands
  bool is_in_scope = scope ? agent->tenant == *scope : agent->has_chat_page;
  return is_meant && is_in_scope ? agent : nullptr;
}

// A change between the reading and the keeping is known by now, or will drop what is kept.
void ActiveCache::keep(const Loaded& loaded) {
  const auto& agent = *loaded.agent;
  agents_.put(agent.id, loaded.agent);
  slugs_.put(agent.slug, std::make_shared<const AgentId>(agent.id));
  if (!follower_.is_current(agent.id, loaded.clock)) drop(agent.id);
}

void ActiveCache::drop(AgentId id) { agents_.erase(id); }

Task<Result<ActiveAgentPointer>> ActiveCache::load(CallContext context, Scope scope,
                                                   std::string id_or_slug) {
  auto key = (scope ? scope->to_string() : std::string("public")) + "/" + id_or_slug;
  ActiveAgentPointer fetched;
  Flights<std::string>::Work work = [this, &fetched, scope, id_or_slug](CallContext patient) {
    return fetch_into(fetched, std::move(patient), scope, id_or_slug);
  };
  auto flying = flights_.fly(context, std::move(key), std::move(work));
  CO_TRY_VOID(co_await std::move(flying));
  if (!fetched) fetched = kept(scope, id_or_slug);
  if (fetched) co_return fetched;
  auto fetching = fetch(context, scope, std::move(id_or_slug));
  auto agent = co_await std::move(fetching);
  co_return agent;
}

Task<Result<void>> ActiveCache::fetch_into(ActiveAgentPointer& fetched, CallContext context,
                                           Scope scope, std::string id_or_slug) {
  context.deadline = std::chrono::steady_clock::now() + load_time_max;
  auto fetching = fetch(std::move(context), scope, std::move(id_or_slug));
  CO_TRY(fetched, co_await std::move(fetching));
  co_return Result<void>();
}

Task<Result<ActiveAgentPointer>> ActiveCache::fetch(CallContext context, Scope scope,
                                                    std::string id_or_slug) {
  auto id = AgentId::parse(id_or_slug);
  if (shared_ != nullptr && id) {
    auto sharing = fetch_shared(context, scope, *id);
    if (auto agent = co_await std::move(sharing)) co_return agent;
  }
  misses_.add();
  Loaded loaded;
  auto reading = read(database_, context, [&](SqlSession& sql) -> Result<ActiveAgent> {
    ActiveRows rows(sql);
    TRY(loaded.clock, rows.clock());
    return rows.published(scope, id_or_slug);
  });
  CO_TRY(auto agent, co_await std::move(reading));
  loaded.agent = std::make_shared<const ActiveAgent>(std::move(agent));
  keep(loaded);
  if (shared_ != nullptr) {
    auto sharing = share(context, loaded);
    co_await std::move(sharing);
  }
  co_return loaded.agent;
}

// An entry counts only if the agent has not changed since it was made; a cache that fails or is
// slow costs a look at the rows.
Task<ActiveAgentPointer> ActiveCache::fetch_shared(CallContext context, Scope scope, AgentId id) {
  auto getting = shared_->get(hurried(context), shared_agent_key(id));
  auto text = co_await std::move(getting);
  if (!text || !*text) co_return nullptr;
  auto shared = read_shared_agent(**text);
  bool is_usable = shared && shared->agent.id == id && follower_.is_current(id, shared->clock) &&
                   (scope ? shared->agent.tenant == *scope : shared->agent.has_chat_page);
  if (!is_usable) co_return nullptr;
  shared_hits_.add();
  Loaded loaded{.agent = std::make_shared<const ActiveAgent>(std::move(shared->agent)),
                .clock = shared->clock};
  keep(loaded);
  co_return loaded.agent;
}

Task<void> ActiveCache::share(CallContext context, Loaded loaded) {
  auto text = write_shared_agent({.agent = *loaded.agent, .clock = loaded.clock});
  auto putting = shared_->put(hurried(context), shared_agent_key(loaded.agent->id), std::move(text),
                              settings_.cache_time);
  auto put = co_await std::move(putting);
  if (!put) log::failure("An agent could not be put into the shared cache", context, put.error());
}

Task<Result<void>> ActiveCache::check_tenant(CallContext context, TenantId tenant) {
  auto known = tenants_.get(tenant);
  if (!known) {
    auto reading = read(database_, context,
                        [&](SqlSession& sql) { return ActiveRows(sql).is_tenant_active(tenant); });
    CO_TRY(auto is_active, co_await std::move(reading));
    known = std::make_shared<const bool>(is_active);
    tenants_.put(tenant, known);
  }
  if (!*known) co_return fail(no_such_agent());
  co_return Result<void>();
}

CallContext ActiveCache::hurried(const CallContext& context) const {
  auto hurry = context;
  hurry.deadline =
      std::min(context.deadline, std::chrono::steady_clock::now() + settings_.cache_patience);
  return hurry;
}

}  // namespace aiva::agents
