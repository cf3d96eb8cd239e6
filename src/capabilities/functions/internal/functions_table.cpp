#include "capabilities/functions/internal/functions_table.h"

#include <string>

#include "capabilities/functions/internal/header_json.h"

namespace aiva::functions {
namespace {

constexpr std::string_view select_functions =
    "SELECT id, tenant_id, agent_id, name, description, parameters, execution_mode, api_endpoint, "
    "api_method, api_headers, api_body, response_mapping, response_bytes_max, timeout_ms, retries, "
    "sends_idempotency_key, is_active, created_at, updated_at FROM functions "
    "WHERE tenant_id = ? AND agent_id = ?";

Function read_function(const SqlRow& row) {
  FunctionSettings settings{
      .name = std::string(row.text(3)),
      .description = std::string(row.text(4)),
      .parameters = std::string(row.text(5)),
      .execution_mode = parse_execution_mode(row.text(6)).value_or(ExecutionMode::sync),
      .api_endpoint = std::string(row.text(7)),
      .api_method = std::string(row.text(8)),
      .api_headers = headers_from_json(row.text(9)),
      .api_body = std::string(row.text(10)),
      .response_mapping = std::string(row.text(11)),
      .response_bytes_max = static_cast<int>(row.integer(12)),
      .timeout_ms = static_cast<int>(row.integer(13)),
      .retries = static_cast<int>(row.integer(14)),
      .sends_idempotency_key = row.integer(15) != 0,
      .is_active = row.integer(16) != 0};
  return {.id = row.id<FunctionId>(0),
          .tenant = row.id<TenantId>(1),
          .agent = row.id<AgentId>(2),
          .settings = std::move(settings),
          .created_at = row.integer(17),
          .updated_at = row.integer(18)};
}

Result<void> name_taken(Result<std::int64_t> outcome) {
  if (outcome) return {};
  if (outcome.error().code == ErrorCode::conflict)
    return fail(ErrorCode::conflict, "The agent has a function of that name");
  return fail(std::move(outcome.error()));
}

}  // namespace

Result<void> FunctionsTable::insert(const Function& function) {
  const auto& settings = function.settings;
  return name_taken(sql_.execute(
      "INSERT INTO functions (id, tenant_id, agent_id, name, description, parameters, "
      "execution_mode, api_endpoint, api_method, api_headers, api_body, response_mapping, "
      "response_bytes_max, timeout_ms, retries, sends_idempotency_key, is_active, created_at, "
      "updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {function.id, function.tenant, function.agent, settings.name, settings.description,
       settings.parameters, to_string(settings.execution_mode), settings.api_endpoint,
       settings.api_method, headers_to_json(settings.api_headers), settings.api_body,
       settings.response_mapping, settings.response_bytes_max, settings.timeout_ms,
       settings.retries, settings.sends_idempotency_key, settings.is_active, function.created_at,
       function.updated_at}));
}

Result<Function> FunctionsTable::get(TenantId tenant, AgentId agent, FunctionId id) {
  std::optional<Function> found;
  TRY_VOID(sql_.query(std::string(select_functions) + " AND id = ?", {tenant, agent, id},
                      [&found](const SqlRow& row) -> Result<void> {
                        found = read_function(row);
                        return {};
                      }));
  if (!found) return fail(ErrorCode::not_found, "No such function");
  return std::move(*found);
}

Result<std::vector<Function>> FunctionsTable::list(TenantId tenant, AgentId agent,
                                                   bool only_active) {
  std::vector<Function> functions;
  auto sql = std::string(select_functions) + " AND is_active >= ? ORDER BY name";
  TRY_VOID(sql_.query(sql, {tenant, agent, only_active ? 1 : 0},
                      [&functions](const SqlRow& row) -> Result<void> {
                        functions.push_back(read_function(row));
                        return {};
                      }));
  return functions;
}

Result<std::int64_t> FunctionsTable::count(TenantId tenant, AgentId agent) {
  std::int64_t count = 0;
  TRY_VOID(sql_.query("SELECT COUNT(*) FROM functions WHERE tenant_id = ? AND agent_id = ?",
                      {tenant, agent}, [&count](const SqlRow& row) -> Result<void> {
                        count = row.integer(0);
                        return {};
                      }));
  return count;
}

Result<void> FunctionsTable::update(const Function& function) {
  const auto& settings = function.settings;
  return name_taken(sql_.execute(
      "UPDATE functions SET name = ?, description = ?, parameters = ?, execution_mode = ?, "
      "api_endpoint = ?, api_method = ?, api_headers = ?, api_body = ?, response_mapping = ?, "
      "response_bytes_max = ?, timeout_ms = ?, retries = ?, sends_idempotency_key = ?, "
      "is_active = ?, updated_at = ? WHERE tenant_id = ? AND agent_id = ? AND id = ?",
      {settings.name, settings.description, settings.parameters, to_string(settings.execution_mode),
       settings.api_endpoint, settings.api_method, headers_to_json(settings.api_headers),
       settings.api_body, settings.response_mapping, settings.response_bytes_max,
       settings.timeout_ms, settings.retries, settings.sends_idempotency_key, settings.is_active,
       function.updated_at, function.tenant, function.agent, function.id}));
}

Result<void> FunctionsTable::remove(TenantId tenant, AgentId agent, FunctionId id) {
  TRY(auto removed,
      sql_.execute("DELETE FROM functions WHERE tenant_id = ? AND agent_id = ? AND id = ?",
                   {tenant, agent, id}));
  if (removed == 0) return fail(ErrorCode::not_found, "No such function");
  return {};
}

Result<void> FunctionsTable::remove_all(TenantId tenant, AgentId agent) {
  TRY_VOID(
      sql_.execute("DELETE FROM functions WHERE tenant_id = ? AND agent_id = ?", {tenant, agent}));
  return {};
}

Result<std::int64_t> FunctionsTable::tools_version(AgentId agent) {
  std::int64_t version = 0;
  TRY_VOID(sql_.query("SELECT version FROM agent_tool_versions WHERE agent_id = ?", {agent},
                      [&version](const SqlRow& row) -> Result<void> {
                        version = row.integer(0);
                        return {};
                      }));
  return version;
}

Result<void> FunctionsTable::raise_tools_version(AgentId agent) {
  TRY(auto changed,
      sql_.execute("UPDATE agent_tool_versions SET version = version + 1 WHERE agent_id = ?",
                   {agent}));
  if (changed == 0)
    TRY_VOID(
        sql_.execute("INSERT INTO agent_tool_versions (agent_id, version) VALUES (?, 1)", {agent}));
  return {};
}

}  // namespace aiva::functions
