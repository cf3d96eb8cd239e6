#include "capabilities/agents/internal/active_rows.h"

#include <string_view>
#include <utility>

#include "capabilities/agents/settings_json.h"

namespace aiva::agents {
namespace {

constexpr std::string_view columns =
    "SELECT a.id, a.tenant_id, a.name, a.slug, v.version, a.has_chat_page, a.widget, v.settings, "
    "a.is_active, a.published_version FROM agents a ";

Result<ActiveAgent> read_active(const SqlRow& row) {
  ActiveAgent agent{.id = row.id<AgentId>(0),
                    .tenant = row.id<TenantId>(1),
                    .name = std::string(row.text(2)),
                    .slug = std::string(row.text(3)),
                    .version = row.integer(4),
                    .has_chat_page = row.integer(5) != 0};
  TRY(auto widget, json::parse(row.text(6)));
  if (const auto* object = widget.if_object()) {
    TRY(agent.widget, read_widget(*object));
  }
  TRY(agent.settings, parse_settings(row.text(7)));
  return agent;
}

std::unexpected<Error> no_such_agent() { return fail(ErrorCode::not_found, "No such agent"); }

}  // namespace

Result<ActiveAgent> ActiveRows::published(std::optional<TenantId> tenant,
                                          const std::string& id_or_slug) {
  std::string sql(columns);
  sql += "LEFT JOIN agent_versions v ON v.agent_id = a.id AND v.version = a.published_version ";
  sql += tenant ? "WHERE a.tenant_id = ? "
                : "JOIN tenants t ON t.id = a.tenant_id AND t.is_active = 1 "
                  "WHERE a.has_chat_page = 1 ";
  auto id = AgentId::parse(id_or_slug);
  sql += id ? "AND a.id = ?" : "AND a.slug = ?";
  std::vector<SqlValue> parameters;
  if (tenant) parameters.emplace_back(*tenant);
  parameters.push_back(id ? SqlValue(*id) : SqlValue(id_or_slug));
  std::optional<ActiveAgent> agent;
  bool is_there = false;
  bool is_on = false;
  TRY_VOID(sql_.query_span(sql, parameters, [&](const SqlRow& row) -> Result<void> {
    is_there = true;
    is_on = row.integer(8) != 0;
    if (!is_on || row.integer(9) == 0) return {};
    TRY(agent, read_active(row));
    return {};
  }));
  if (!is_there) return no_such_agent();
  if (!is_on) return fail(ErrorCode::conflict, "The agent is switched off");
  if (!agent) return fail(ErrorCode::conflict, "The agent was never published");
  return std::move(*agent);
}

Result<ActiveAgent> ActiveRows::draft(TenantId tenant, AgentId id) {
  auto sql = std::string(columns) +
             "JOIN agent_versions v ON v.agent_id = a.id AND v.version = a.draft_version "
             "WHERE a.id = ? AND a.tenant_id = ?";
  std::optional<ActiveAgent> agent;
  TRY_VOID(sql_.query(sql, {id, tenant}, [&agent](const SqlRow& row) -> Result<void> {
    TRY(agent, read_active(row));
    return {};
  }));
  if (!agent) return no_such_agent();
  return std::move(*agent);
}

Result<bool> ActiveRows::is_tenant_active(TenantId tenant) {
  bool is_active = false;
  TRY_VOID(sql_.query("SELECT is_active FROM tenants WHERE id = ?", {tenant},
                      [&is_active](const SqlRow& row) -> Result<void> {
                        is_active = row.integer(0) != 0;
                        return {};
                      }));
  return is_active;
}

Result<AgentChangeMark> ActiveRows::mark_changed(AgentId agent) {
  TRY_VOID(sql_.execute("UPDATE agent_clock SET number = number + 1 WHERE id = 1"));
  TRY(auto number, clock());
  TRY_VOID(
      sql_.execute("REPLACE INTO agent_changes (agent_id, number) VALUES (?, ?)", {agent, number}));
  return AgentChangeMark{.agent = agent, .number = number};
}

Result<std::int64_t> ActiveRows::clock() {
  std::int64_t number = 0;
  TRY_VOID(sql_.query("SELECT number FROM agent_clock WHERE id = 1", {},
                      [&number](const SqlRow& row) -> Result<void> {
                        number = row.integer(0);
                        return {};
                      }));
  return number;
}

Result<std::vector<AgentChangeMark>> ActiveRows::changes_behind(std::int64_t number,
                                                                int count_max) {
  std::vector<AgentChangeMark> marks;
  TRY_VOID(sql_.query(
      "SELECT agent_id, number FROM agent_changes WHERE number > ? ORDER BY number DESC LIMIT ?",
      {number, count_max}, [&marks](const SqlRow& row) -> Result<void> {
        marks.push_back({.agent = row.id<AgentId>(0), .number = row.integer(1)});
        return {};
      }));
  return marks;
}

}  // namespace aiva::agents
