#include "capabilities/functions/internal/mcp_servers_table.h"

#include <utility>

#include "capabilities/functions/internal/header_json.h"
#include "foundation/json.h"

namespace aiva::functions {
namespace {

constexpr std::string_view columns =
    "SELECT id, tenant_id, agent_id, name, url, headers, timeout_ms, allowed_tools, is_active, "
    "tools, listed_at, last_error, created_at, updated_at FROM mcp_servers ";

std::string text_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(std::string_view(*text));
}

std::string tools_to_json(const std::vector<RemoteTool>& tools) {
  json::Array array;
  for (const auto& tool : tools)
    array.push_back(json::Object{{"name", tool.name},
                                 {"description", tool.description},
                                 {"input_schema", tool.input_schema}});
  return json::to_text(json::Value(std::move(array)));
}

std::vector<RemoteTool> tools_from_json(std::string_view text) {
  std::vector<RemoteTool> tools;
  auto value = json::parse(text);
  const auto* array = value ? value->if_array() : nullptr;
  if (array == nullptr) return tools;
  for (const auto& item : *array)
    if (const auto* object = item.if_object())
      tools.push_back({.name = text_of(*object, "name"),
                       .description = text_of(*object, "description"),
                       .input_schema = text_of(*object, "input_schema")});
  return tools;
}

std::optional<std::string> names_to_json(const std::optional<std::vector<std::string>>& names) {
  if (!names) return std::nullopt;
  json::Array array;
  for (const auto& name : *names) array.emplace_back(name);
  return json::to_text(json::Value(std::move(array)));
}

std::vector<std::string> names_from_json(std::string_view text) {
  std::vector<std::string> names;
  auto value = json::parse(text);
  const auto* array = value ? value->if_array() : nullptr;
  if (array == nullptr) return names;
  for (const auto& item : *array)
    if (const auto* name = item.if_string()) names.emplace_back(std::string_view(*name));
  return names;
}

McpServer read_server(const SqlRow& row) {
  McpServerSettings settings{.name = std::string(row.text(3)),
                             .url = std::string(row.text(4)),
                             .headers = headers_from_json(row.text(5)),
                             .timeout_ms = static_cast<int>(row.integer(6)),
                             .is_active = row.integer(8) != 0};
  if (!row.is_null(7)) settings.allowed_tools = names_from_json(row.text(7));
  McpServer server{.id = row.id<McpServerId>(0),
                   .tenant = row.id<TenantId>(1),
                   .agent = row.id<AgentId>(2),
                   .settings = std::move(settings),
                   .tools = tools_from_json(row.text(9)),
                   .last_error = std::string(row.text(11)),
                   .created_at = row.integer(12),
                   .updated_at = row.integer(13)};
  if (row.integer(10) != 0) server.listed_at = row.integer(10);
  return server;
}

Result<void> name_taken(Result<std::int64_t> outcome) {
  if (outcome) return {};
  if (outcome.error().code == ErrorCode::conflict)
    return fail(ErrorCode::conflict, "The agent has a server of that name");
  return fail(std::move(outcome.error()));
}

}  // namespace

Result<std::vector<McpServer>> McpServersTable::query(std::string_view rest,
                                                      SqlSession::Parameters parameters) {
  std::vector<McpServer> servers;
  TRY_VOID(sql_.query(std::string(columns) + std::string(rest), parameters,
                      [&servers](const SqlRow& row) -> Result<void> {
                        servers.push_back(read_server(row));
                        return {};
                      }));
  return servers;
}

Result<void> McpServersTable::insert(const McpServer& server) {
  const auto& settings = server.settings;
  return name_taken(sql_.execute(
      "INSERT INTO mcp_servers (id, tenant_id, agent_id, name, url, headers, timeout_ms, "
      "allowed_tools, is_active, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {server.id, server.tenant, server.agent, settings.name, settings.url,
       headers_to_json(settings.headers), settings.timeout_ms,
       names_to_json(settings.allowed_tools), settings.is_active, server.created_at,
       server.updated_at}));
}

Result<McpServer> McpServersTable::get(TenantId tenant, AgentId agent, McpServerId id) {
  TRY(auto found, query("WHERE tenant_id = ? AND agent_id = ? AND id = ?", {tenant, agent, id}));
  if (found.empty()) return fail(ErrorCode::not_found, "No such server of tools");
  return std::move(found.front());
}

Result<std::vector<McpServer>> McpServersTable::list(TenantId tenant, AgentId agent,
                                                     bool only_active) {
  return query("WHERE tenant_id = ? AND agent_id = ? AND is_active >= ? ORDER BY name",
               {tenant, agent, only_active ? 1 : 0});
}

Result<std::vector<McpServer>> McpServersTable::list_stale(UnixMs asked_before, int count_max) {
  return query("WHERE is_active = 1 AND tried_at < ? ORDER BY tried_at LIMIT ?",
               {asked_before, count_max});
}

Result<void> McpServersTable::update(const McpServer& server) {
  const auto& settings = server.settings;
  return name_taken(sql_.execute(
      "UPDATE mcp_servers SET name = ?, url = ?, headers = ?, timeout_ms = ?, allowed_tools = ?, "
      "is_active = ?, updated_at = ? WHERE tenant_id = ? AND agent_id = ? AND id = ?",
      {settings.name, settings.url, headers_to_json(settings.headers), settings.timeout_ms,
       names_to_json(settings.allowed_tools), settings.is_active, server.updated_at, server.tenant,
       server.agent, server.id}));
}

Result<void> McpServersTable::remove(TenantId tenant, AgentId agent, McpServerId id) {
  TRY(auto removed,
      sql_.execute("DELETE FROM mcp_servers WHERE tenant_id = ? AND agent_id = ? AND id = ?",
                   {tenant, agent, id}));
  if (removed == 0) return fail(ErrorCode::not_found, "No such server of tools");
  return {};
}

Result<void> McpServersTable::remove_all(TenantId tenant, AgentId agent) {
  TRY_VOID(sql_.execute("DELETE FROM mcp_servers WHERE tenant_id = ? AND agent_id = ?",
                        {tenant, agent}));
  return {};
}

Result<void> McpServersTable::keep_tools(const McpServer& server, UnixMs tried_at) {
  TRY_VOID(
      sql_.execute("UPDATE mcp_servers SET tools = ?, listed_at = ?, tried_at = ?, last_error = ? "
                   "WHERE tenant_id = ? AND id = ?",
                   {tools_to_json(server.tools), server.listed_at.value_or(0), tried_at,
                    server.last_error, server.tenant, server.id}));
  return {};
}

Result<void> McpServersTable::make_stale(TenantId tenant, McpServerId id) {
  TRY_VOID(sql_.execute("UPDATE mcp_servers SET tried_at = 0 WHERE tenant_id = ? AND id = ?",
                        {tenant, id}));
  return {};
}

}  // namespace aiva::functions
