#include "capabilities/agents/agents.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "capabilities/agents/internal/active_cache.h"
#include "capabilities/agents/internal/active_rows.h"
#include "capabilities/agents/internal/agent_fields.h"
#include "capabilities/agents/internal/agents_table.h"
#include "capabilities/agents/internal/checks.h"
#include "capabilities/agents/internal/differences.h"
#include "capabilities/agents/internal/present_knowledge.h"
#include "capabilities/agents/internal/versions_table.h"
#include "capabilities/agents/settings_json.h"
#include "foundation/crypto.h"
#include "foundation/json_writer.h"

namespace aiva::agents {
namespace {

using identity::Caller;

// What a transaction leaves behind: the agent, and that it changed.
struct Written {
  Agent agent{};
  AgentChangeMark mark{};
};

class RowAgents final : public Agents {
 public:
  RowAgents(AgentsParts parts, const AgentsSettings& settings)
      : parts_(std::move(parts)), settings_(settings), active_(parts_, settings) {}

  Task<Result<Agent>> create(CallContext context, Caller caller, AgentFields fields) override;
  Task<Result<Agent>> get(CallContext context, AgentId id) override;
  Task<Result<PageOf<Agent>>> list(CallContext context, ListFilter filter) override;
  Task<Result<Agent>> update(CallContext context, Caller caller, AgentId id,
                             AgentFields fields) override;
  Task<Result<void>> remove(CallContext context, Caller caller, AgentId id) override;
  Task<Result<ActiveAgentPointer>> trial(CallContext context, AgentId id,
                                         AgentFields fields) override;
  Task<Result<PageOf<AgentVersion>>> versions(CallContext context, AgentId id,
                                              PageRequest page) override;
  Task<Result<AgentVersion>> version(CallContext context, AgentId id,
                                     std::int64_t version) override;
  Task<Result<std::vector<FieldDifference>>> differences(CallContext context, AgentId id,
                                                         std::int64_t from,
                                                         std::int64_t to) override;
  Task<Result<Agent>> publish(CallContext context, Caller caller, AgentId id,
                              std::optional<std::int64_t> version) override;
  Task<Result<Agent>> rollback(CallContext context, Caller caller, AgentId id) override;
  ActiveAgents& active() override { return active_; }

 private:
  Task<Result<Agent>> changed(CallContext context, AgentId id, AgentFields fields);
  Task<Result<void>> check_bases(CallContext context, std::vector<KnowledgeBaseId> bases);
  Task<Result<Agent>> publish_version(CallContext context, Caller caller, AgentVersion version,
                                      std::string action);
  Result<Written> insert(SqlSession& sql, const Caller& caller, Agent agent, bool is_published);
  Result<Written> change(SqlSession& sql, const Caller& caller, Agent agent,
                         const AgentFields& fields);
  Result<void> save_draft(SqlSession& sql, const Caller& caller, Agent& agent,
                          const AgentSettings& before);
  Result<void> set_published(SqlSession& sql, Agent& agent, std::int64_t version);
  Result<void> audit(SqlSession& sql, const Caller& caller, const Agent& agent,
                     std::string_view action, const std::vector<std::string>& fields = {});
  Agent tell(Written written);

  AgentsParts parts_;
  AgentsSettings settings_;
  ActiveCache active_;
};

UserId user_of(const Caller& caller) {
  return caller.principal == nullptr ? UserId{} : caller.principal->user;
}

// A slug nobody has, made from the name.
Result<std::string> free_slug(AgentsTable& table, const std::string& name) {
  constexpr int numbers_tried = 5;
  auto made = make_slug(name);
  for (int number = 1; !made.empty() && number <= numbers_tried; ++number) {
    auto slug = number == 1 ? made : made + "-" + std::to_string(number);
    TRY(auto is_taken, table.has_slug(slug));
    if (!is_taken) return slug;
  }
  std::array<std::uint8_t, 6> random{};
  random_bytes(random);
  return (made.empty() ? std::string("agent") : made) + "-" + to_hex(random);
}

Task<Result<Agent>> RowAgents::create(CallContext context, Caller caller, AgentFields fields) {
  auto now = parts_.clock.unix_ms();
  Agent agent{.id = AgentId::make(),
              .tenant = context.tenant,
              .draft_version = 1,
              .created_at = now,
              .updated_at = now};
  if (!fields.name) fields.name.emplace();
  CO_TRY_VOID(apply_fields(agent, fields));
  CO_TRY_VOID(co_await check_bases(context, agent.settings.knowledge_bases));
  auto writing = write(parts_.database, context, [&](SqlSession& sql) {
    return insert(sql, caller, agent, fields.is_published);
  });
  CO_TRY(auto written, co_await std::move(writing));
  co_return tell(std::move(written));
}

Result<Written> RowAgents::insert(SqlSession& sql, const Caller& caller, Agent agent,
                                  bool is_published) {
  AgentsTable table(sql);
  TRY(auto count, table.count(agent.tenant));
  if (count >= settings_.agents_per_tenant_max)
    return fail(ErrorCode::too_large, "The tenant has the most agents allowed");
  if (agent.slug.empty()) {
    TRY(agent.slug, free_slug(table, agent.name));
  }
  TRY_VOID(table.insert(agent));
  TRY_VOID(VersionsTable(sql).insert(agent.tenant, {.agent = agent.id,
                                                    .version = agent.draft_version,
                                                    .settings = agent.settings,
                                                    .changed_by = user_of(caller),
                                                    .created_at = agent.created_at,
                                                    .updated_at = agent.updated_at}));
  TRY_VOID(audit(sql, caller, agent, "agent.created"));
  if (is_published) {
    TRY_VOID(set_published(sql, agent, agent.draft_version));
    TRY_VOID(audit(sql, caller, agent, "agent.published"));
  }
  TRY(auto mark, ActiveRows(sql).mark_changed(agent.id));
  return Written{.agent = std::move(agent), .mark = mark};
}

Task<Result<Agent>> RowAgents::get(CallContext context, AgentId id) {
  auto reading = read(parts_.database, context, [&](SqlSession& sql) -> Result<Agent> {
    TRY(auto agent, AgentsTable(sql).get(context.tenant, id));
    TRY_VOID(keep_present(sql, context.tenant, agent.settings));
    return agent;
  });
  auto agent = co_await std::move(reading);
  co_return agent;
}

Task<Result<PageOf<Agent>>> RowAgents::list(CallContext context, ListFilter filter) {
  CO_TRY_VOID(check_filter(filter));
  auto reading = read(parts_.database, context, [&](SqlSession& sql) -> Result<PageOf<Agent>> {
    TRY(auto page, AgentsTable(sql).list(context.tenant, filter));
    TRY_VOID(keep_present(sql, context.tenant, page.items));
    return page;
  });
  auto page = co_await std::move(reading);
  co_return page;
}

// What an agent would be with these fields, all of them checked.
Task<Result<Agent>> RowAgents::changed(CallContext context, AgentId id, AgentFields fields) {
  CO_TRY(auto agent, co_await get(context, id));
  auto bases = agent.settings.knowledge_bases;
  CO_TRY_VOID(apply_fields(agent, fields));
  if (agent.settings.knowledge_bases != bases || fields.is_published) {
    CO_TRY_VOID(co_await check_bases(context, agent.settings.knowledge_bases));
  }
  co_return agent;
}

Task<Result<Agent>> RowAgents::update(CallContext context, Caller caller, AgentId id,
                                      AgentFields fields) {
  auto checking = changed(context, id, fields);
  CO_TRY_VOID(co_await std::move(checking));
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<Written> {
    TRY(auto current, AgentsTable(sql).get(context.tenant, id));
    TRY_VOID(keep_present(sql, context.tenant, current.settings));
    return change(sql, caller, std::move(current), fields);
  });
  CO_TRY(auto written, co_await std::move(writing));
  co_return tell(std::move(written));
}

Task<Result<ActiveAgentPointer>> RowAgents::trial(CallContext context, AgentId id,
                                                  AgentFields fields) {
  auto checking = changed(context, id, std::move(fields));
  CO_TRY(auto agent, co_await std::move(checking));
  ActiveAgent tried{.id = agent.id,
                    .tenant = agent.tenant,
                    .name = std::move(agent.name),
                    .slug = std::move(agent.slug),
                    .version = agent.draft_version,
                    .has_chat_page = agent.has_chat_page,
                    .settings = std::move(agent.settings)};
  CO_TRY(auto widget, json::parse(agent.widget));
  if (const auto* object = widget.if_object()) {
    CO_TRY(tried.widget, read_widget(*object));
  }
  co_return std::make_shared<const ActiveAgent>(std::move(tried));
}

Result<Written> RowAgents::change(SqlSession& sql, const Caller& caller, Agent agent,
                                  const AgentFields& fields) {
  if (fields.draft_version && *fields.draft_version != agent.draft_version)
    return fail(ErrorCode::conflict, "The agent was changed meanwhile: its newest version is " +
                                         std::to_string(agent.draft_version));
  auto before = agent;
  TRY_VOID(apply_fields(agent, fields));
  agent.updated_at = parts_.clock.unix_ms();
  auto names = names_of(fields);
  for (const auto& difference : differences_between(before.settings, agent.settings))
    names.push_back(difference.field);
  TRY_VOID(save_draft(sql, caller, agent, before.settings));
  TRY_VOID(AgentsTable(sql).update(agent));
  if (!names.empty()) {
    TRY_VOID(audit(sql, caller, agent, "agent.updated", names));
  }
  if (fields.is_published) {
    TRY_VOID(set_published(sql, agent, agent.draft_version));
    TRY_VOID(audit(sql, caller, agent, "agent.published"));
  }
  TRY(auto mark, ActiveRows(sql).mark_changed(agent.id));
  return Written{.agent = std::move(agent), .mark = mark};
}

// The changed settings, in the newest version while nobody ever used it, else in a new one.
Result<void> RowAgents::save_draft(SqlSession& sql, const Caller& caller, Agent& agent,
                                   const AgentSettings& before) {
  if (agent.settings == before) return {};
  VersionsTable versions(sql);
  TRY(auto draft, versions.get(agent.tenant, agent.id, agent.draft_version));
  bool is_new = draft.published_at.has_value();
  draft.settings = agent.settings;
  draft.changed_by = user_of(caller);
  draft.updated_at = agent.updated_at;
  if (!is_new) return versions.update(agent.tenant, draft);
  draft.version = ++agent.draft_version;
  draft.created_at = agent.updated_at;
  TRY_VOID(versions.insert(agent.tenant, draft));
  return versions.remove_until(agent.tenant, agent.id,
                               agent.draft_version - settings_.versions_kept,
                               agent.published_version);
}

Task<Result<void>> RowAgents::remove(CallContext context, Caller caller, AgentId id) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<AgentChangeMark> {
    AgentsTable table(sql);
    TRY(auto agent, table.get(context.tenant, id));
    for (const auto& removal : parts_.removals) TRY_VOID(removal(sql, context.tenant, id));
    TRY_VOID(table.remove(context.tenant, id));
    TRY_VOID(audit(sql, caller, agent, "agent.deleted"));
    return ActiveRows(sql).mark_changed(id);
  });
  CO_TRY(auto mark, co_await std::move(writing));
  active_.forget(mark);
  co_return Result<void>();
}

Task<Result<PageOf<AgentVersion>>> RowAgents::versions(CallContext context, AgentId id,
                                                       PageRequest page) {
  CO_TRY_VOID(check_page(page));
  auto reading =
      read(parts_.database, context, [&](SqlSession& sql) -> Result<PageOf<AgentVersion>> {
        TRY_VOID(AgentsTable(sql).get(context.tenant, id));
        TRY(auto versions, VersionsTable(sql).list(context.tenant, id, page));
        TRY_VOID(keep_present(sql, context.tenant, versions.items));
        return versions;
      });
  auto versions = co_await std::move(reading);
  co_return versions;
}

Task<Result<AgentVersion>> RowAgents::version(CallContext context, AgentId id,
                                              std::int64_t version) {
  auto reading = read(parts_.database, context, [&](SqlSession& sql) -> Result<AgentVersion> {
    TRY(auto found, VersionsTable(sql).get(context.tenant, id, version));
    TRY_VOID(keep_present(sql, context.tenant, found.settings));
    return found;
  });
  auto found = co_await std::move(reading);
  co_return found;
}

Task<Result<std::vector<FieldDifference>>> RowAgents::differences(CallContext context, AgentId id,
                                                                  std::int64_t from,
                                                                  std::int64_t to) {
  auto reading =
      read(parts_.database, context, [&](SqlSession& sql) -> Result<std::vector<FieldDifference>> {
        VersionsTable versions(sql);
        TRY(auto before, versions.get(context.tenant, id, from));
        TRY(auto after, versions.get(context.tenant, id, to));
        return differences_between(before.settings, after.settings);
      });
  auto found = co_await std::move(reading);
  co_return found;
}

Task<Result<Agent>> RowAgents::publish(CallContext context, Caller caller, AgentId id,
                                       std::optional<std::int64_t> version) {
  auto reading = read(parts_.database, context, [&](SqlSession& sql) -> Result<AgentVersion> {
    TRY(auto agent, AgentsTable(sql).get(context.tenant, id));
    return VersionsTable(sql).get(context.tenant, id, version.value_or(agent.draft_version));
  });
  CO_TRY(auto chosen, co_await std::move(reading));
  auto publishing =
      publish_version(context, std::move(caller), std::move(chosen), "agent.published");
  auto agent = co_await std::move(publishing);
  co_return agent;
}

Task<Result<Agent>> RowAgents::rollback(CallContext context, Caller caller, AgentId id) {
  auto reading = read(parts_.database, context, [&](SqlSession& sql) -> Result<AgentVersion> {
    TRY(auto agent, AgentsTable(sql).get(context.tenant, id));
    VersionsTable versions(sql);
    TRY(auto before, versions.published_before(context.tenant, id, agent.published_version));
    if (!before) return fail(ErrorCode::conflict, "No other version was published before");
    return versions.get(context.tenant, id, *before);
  });
  CO_TRY(auto chosen, co_await std::move(reading));
  auto publishing =
      publish_version(context, std::move(caller), std::move(chosen), "agent.rolled_back");
  auto agent = co_await std::move(publishing);
  co_return agent;
}

Task<Result<Agent>> RowAgents::publish_version(CallContext context, Caller caller,
                                               AgentVersion version, std::string action) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<Written> {
    TRY_VOID(check_any_present(sql, context.tenant, version.settings));
    AgentsTable table(sql);
    TRY(auto agent, table.get(context.tenant, version.agent));
    TRY_VOID(VersionsTable(sql).get(context.tenant, version.agent, version.version));
    agent.updated_at = parts_.clock.unix_ms();
    TRY_VOID(set_published(sql, agent, version.version));
    TRY_VOID(table.update(agent));
    TRY_VOID(audit(sql, caller, agent, action));
    TRY(auto mark, ActiveRows(sql).mark_changed(agent.id));
    return Written{.agent = std::move(agent), .mark = mark};
  });
  CO_TRY(auto written, co_await std::move(writing));
  co_return tell(std::move(written));
}

Result<void> RowAgents::set_published(SqlSession& sql, Agent& agent, std::int64_t version) {
  agent.published_version = version;
  TRY_VOID(VersionsTable(sql).set_published(agent.tenant, agent.id, version, agent.updated_at));
  return AgentsTable(sql).update(agent);
}

Task<Result<void>> RowAgents::check_bases(CallContext context, std::vector<KnowledgeBaseId> bases) {
  for (auto base : bases) {
    auto getting = parts_.knowledge.get(context, base);
    auto found = co_await std::move(getting);
    if (found) continue;
    if (found.error().code != ErrorCode::not_found) co_return fail(std::move(found.error()));
    co_return fail(invalid_field("kb_ids", "names no knowledge base: " + base.to_string()));
  }
  co_return Result<void>();
}

Result<void> RowAgents::audit(SqlSession& sql, const Caller& caller, const Agent& agent,
                              std::string_view action, const std::vector<std::string>& fields) {
  std::string details;
  JsonWriter writer(details);
  writer.begin_object()
      .field("name", agent.name)
      .field("draft_version", agent.draft_version)
      .field("published_version", agent.published_version);
  if (!fields.empty()) {
    writer.key("fields").begin_array();
    for (const auto& field : fields) writer.value(field);
    writer.end_array();
  }
  writer.end_object();
  return parts_.audit_log.append(sql, caller,
                                 {.tenant = agent.tenant,
                                  .action = std::string(action),
                                  .resource_type = "agent",
                                  .resource_id = agent.id.to_string(),
                                  .details = std::move(details)});
}

Agent RowAgents::tell(Written written) {
  active_.forget(written.mark);
  return std::move(written.agent);
}

}  // namespace

std::unique_ptr<Agents> make_agents(AgentsParts parts, AgentsSettings settings) {
  return std::make_unique<RowAgents>(std::move(parts), settings);
}

}  // namespace aiva::agents
