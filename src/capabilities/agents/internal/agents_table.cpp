#include "capabilities/agents/internal/agents_table.h"

#include <string>
#include <utility>
#include <vector>

#include "capabilities/agents/settings_json.h"

namespace aiva::agents {
namespace {

constexpr std::string_view select_agent =
    "SELECT a.id, a.tenant_id, a.name, a.slug, a.type, a.description, a.is_active, "
    "a.has_chat_page, a.widget, a.draft_version, a.published_version, a.created_at, a.updated_at, "
    "v.settings FROM agents a "
    "JOIN agent_versions v ON v.agent_id = a.id AND v.version = a.draft_version ";

Result<Agent> read_agent(const SqlRow& row) {
  Agent agent{.id = row.id<AgentId>(0),
              .tenant = row.id<TenantId>(1),
              .name = std::string(row.text(2)),
              .slug = std::string(row.text(3)),
              .type = std::string(row.text(4)),
              .description = std::string(row.text(5)),
              .is_active = row.integer(6) != 0,
              .has_chat_page = row.integer(7) != 0,
              .widget = std::string(row.text(8)),
              .draft_version = row.integer(9),
              .published_version = row.integer(10),
              .created_at = row.integer(11),
              .updated_at = row.integer(12)};
  TRY(agent.settings, parse_settings(row.text(13)));
  return agent;
}

std::unexpected<Error> no_such_agent() { return fail(ErrorCode::not_found, "No such agent"); }

// A broken unique key of this table is always the slug's.
Error explain(Error error) {
  if (error.code == ErrorCode::conflict) error.message = "The slug is taken";
  return error;
}

// A LIKE pattern (escape character '!') that finds `text` anywhere.
std::string contains_pattern(std::string_view text) {
  std::string pattern = "%";
  for (char c : text) {
    if (c == '%' || c == '_' || c == '!') pattern += '!';
    pattern += c;
  }
  return pattern + "%";
}

}  // namespace

Result<void> AgentsTable::insert(const Agent& agent) {
  auto inserted = sql_.execute(
      "INSERT INTO agents (id, tenant_id, name, slug, type, description, is_active, has_chat_page, "
      "widget, draft_version, published_version, created_at, updated_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {agent.id, agent.tenant, agent.name, agent.slug, agent.type, agent.description,
       agent.is_active, agent.has_chat_page, agent.widget, agent.draft_version,
       agent.published_version, agent.created_at, agent.updated_at});
  if (!inserted) return fail(explain(std::move(inserted.error())));
  return {};
}

Result<Agent> AgentsTable::get(TenantId tenant, AgentId id) {
  std::optional<Agent> agent;
  TRY_VOID(sql_.query(std::string(select_agent) + "WHERE a.id = ? AND a.tenant_id = ?",
                      {id, tenant}, [&agent](const SqlRow& row) -> Result<void> {
                        TRY(agent, read_agent(row));
                        return {};
                      }));
  if (!agent) return no_such_agent();
  return std::move(*agent);
}

Result<PageOf<Agent>> AgentsTable::list(TenantId tenant, const Agents::ListFilter& filter) {
  std::string where = "WHERE a.tenant_id = ?";
  std::vector<SqlValue> parameters = {tenant};
  if (filter.type) {
    where += " AND a.type = ?";
    parameters.emplace_back(*filter.type);
  }
  if (filter.is_active) {
    where += " AND a.is_active = ?";
    parameters.emplace_back(*filter.is_active);
  }
  auto pattern = contains_pattern(filter.search);
  if (!filter.search.empty()) {
    where +=
        " AND (LOWER(a.name) LIKE LOWER(?) ESCAPE '!' OR LOWER(a.slug) LIKE LOWER(?) ESCAPE '!' "
        "OR LOWER(a.description) LIKE LOWER(?) ESCAPE '!')";
    for (int i = 0; i < 3; ++i) parameters.emplace_back(pattern);
  }
  PageOf<Agent> page;
  TRY_VOID(sql_.query_span("SELECT COUNT(*) FROM agents a " + where, parameters,
                           [&page](const SqlRow& row) -> Result<void> {
                             page.total = row.integer(0);
                             return {};
                           }));
  if (filter.page.after) {
    where += " AND (a.created_at, a.id) < (?, ?)";
    parameters.emplace_back(filter.page.after->key);
    parameters.emplace_back(filter.page.after->id);
  }
  parameters.emplace_back(filter.page.limit);
  parameters.emplace_back(std::int64_t{filter.page.page - 1} * filter.page.limit);
  auto sql =
      std::string(select_agent) + where + " ORDER BY a.created_at DESC, a.id DESC LIMIT ? OFFSET ?";
  TRY_VOID(sql_.query_span(sql, parameters, [&page](const SqlRow& row) -> Result<void> {
    TRY(auto agent, read_agent(row));
    page.items.push_back(std::move(agent));
    return {};
  }));
  return page;
}

Result<std::int64_t> AgentsTable::count(TenantId tenant) {
  std::int64_t count = 0;
  TRY_VOID(sql_.query("SELECT COUNT(*) FROM agents WHERE tenant_id = ?", {tenant},
                      [&count](const SqlRow& row) -> Result<void> {
                        count = row.integer(0);
                        return {};
                      }));
  return count;
}

Result<bool> AgentsTable::has_slug(std::string_view slug) {
  bool is_there = false;
  TRY_VOID(sql_.query("SELECT 1 FROM agents WHERE slug = ?", {slug},
                      [&is_there](const SqlRow&) -> Result<void> {
                        is_there = true;
                        return {};
                      }));
  return is_there;
}

Result<void> AgentsTable::update(const Agent& agent) {
  auto changed = sql_.execute(
      "UPDATE agents SET name = ?, slug = ?, type = ?, description = ?, is_active = ?, "
      "has_chat_page = ?, widget = ?, draft_version = ?, published_version = ?, updated_at = ? "
      "WHERE id = ? AND tenant_id = ?",
      {agent.name, agent.slug, agent.type, agent.description, agent.is_active, agent.has_chat_page,
       agent.widget, agent.draft_version, agent.published_version, agent.updated_at, agent.id,
       agent.tenant});
  if (!changed) return fail(explain(std::move(changed.error())));
  if (*changed == 0) return no_such_agent();
  return {};
}

Result<void> AgentsTable::remove(TenantId tenant, AgentId id) {
  TRY_VOID(sql_.execute("DELETE FROM agent_versions WHERE agent_id = ? AND tenant_id = ?",
                        {id, tenant}));
  TRY(auto removed,
      sql_.execute("DELETE FROM agents WHERE id = ? AND tenant_id = ?", {id, tenant}));
  if (removed == 0) return no_such_agent();
  return {};
}

}  // namespace aiva::agents
