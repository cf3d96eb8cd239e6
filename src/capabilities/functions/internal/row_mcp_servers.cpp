#include "capabilities/functions/internal/row_mcp_servers.h"

#include <algorithm>
#include <utility>

#include "capabilities/functions/internal/agent_rows.h"
#include "capabilities/functions/internal/functions_table.h"
#include "capabilities/functions/internal/mcp_servers_table.h"
#include "foundation/log.h"
#include "foundation/text/utf8.h"

namespace aiva::functions {
namespace {

constexpr std::size_t servers_max = 16;
constexpr int refreshed_max = 50;  // in one run
constexpr std::chrono::milliseconds list_age_max = std::chrono::minutes(10);
constexpr std::chrono::seconds list_time_max{20};
constexpr std::size_t schema_bytes_max = 16 * 1024;
constexpr std::size_t description_bytes_max = 4096;
constexpr std::size_t name_bytes_max = 256;

// Whether a model provider will take it for the schema of a function: one that is not would have it
// refuse the whole turn.
bool is_function_schema(const json::Value& schema) {
  const auto* object = schema.if_object();
  if (object == nullptr) return false;
  const auto* type = object->if_contains("type");
  const auto* properties = object->if_contains("properties");
  const auto* required = object->if_contains("required");
  auto is_name = [](const json::Value& name) { return name.is_string(); };
  return type != nullptr && *type == "object" &&
         (properties == nullptr || properties->is_object()) &&
         (required == nullptr ||
          (required->is_array() && std::ranges::all_of(required->get_array(), is_name)));
}

// What is kept of a stranger's tools: bounded, and only schemas of functions.
std::vector<RemoteTool> tidy(std::vector<RemoteTool> tools) {
  std::erase_if(tools, [](const RemoteTool& tool) { return tool.name.size() > name_bytes_max; });
  for (auto& tool : tools) {
    tool.description = std::string(utf8_prefix(tool.description, description_bytes_max));
    auto schema = json::parse(tool.input_schema, {.bytes_max = schema_bytes_max, .depth_max = 32});
    if (!schema || !is_function_schema(*schema)) tool.input_schema = R"({"type":"object"})";
  }
  return tools;
}

class RowMcpServers final : public McpServers {
 public:
  RowMcpServers(const FunctionParts& parts, ToolDesk& desk)
      : parts_(parts), rows_(parts), desk_(desk) {}

  Task<Result<McpServer>> create(CallContext context, identity::Caller caller, AgentId agent,
                                 McpServerSettings settings) override;
  Task<Result<McpServer>> get(CallContext context, AgentId agent, McpServerId id) override;
  Task<Result<std::vector<McpServer>>> list(CallContext context, AgentId agent) override;
  Task<Result<McpServer>> change(CallContext context, identity::Caller caller, AgentId agent,
                                 McpServerId id, Change change) override;
  Task<Result<void>> remove(CallContext context, identity::Caller caller, AgentId agent,
                            McpServerId id) override;
  Task<Result<McpServer>> refresh(CallContext context, AgentId agent, McpServerId id) override;
  Task<Result<std::int64_t>> refresh_stale(CallContext context) override;

 private:
  Task<Result<McpServer>> ask(CallContext context, McpServer server);
  Result<void> audit(SqlSession& sql, const identity::Caller& caller, std::string action,
                     const McpServer& server);

  const FunctionParts& parts_;
  AgentRows rows_;
  ToolDesk& desk_;
};

Result<void> RowMcpServers::audit(SqlSession& sql, const identity::Caller& caller,
                                  std::string action, const McpServer& server) {
  json::Object details{{"agent_id", server.agent.to_string()},
                       {"name", server.settings.name},
                       {"url", server.settings.url}};
  return parts_.audit_log.append(sql, caller,
                                 {.tenant = server.tenant,
                                  .action = std::move(action),
                                  .resource_type = "mcp_server",
                                  .resource_id = server.id.to_string(),
                                  .details = json::to_text(details)});
}

Task<Result<McpServer>> RowMcpServers::create(CallContext context, identity::Caller caller,
                                              AgentId agent, McpServerSettings settings) {
  McpServer server{.id = McpServerId::make(),
                   .tenant = context.tenant,
                   .agent = agent,
                   .settings = std::move(settings),
                   .created_at = parts_.clock.unix_ms()};
  server.updated_at = server.created_at;
  auto writing = rows_.write(context, agent, [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(CompiledServer::compile(server, desk_.rules()));
    McpServersTable table(sql);
    TRY(auto present, table.list(context.tenant, agent, false));
    if (present.size() >= servers_max)
      return fail(ErrorCode::quota_exceeded, "An agent may have at most 16 servers of tools");
    TRY_VOID(table.insert(server));
    TRY_VOID(audit(sql, caller, "mcp_server.created", server));
    return FunctionsTable(sql).raise_tools_version(agent);
  });
  CO_TRY_VOID(co_await std::move(writing));
  auto asking = ask(context, std::move(server));
  auto asked = co_await std::move(asking);
  co_return asked;
}

Task<Result<McpServer>> RowMcpServers::get(CallContext context, AgentId agent, McpServerId id) {
  auto reading = rows_.read(context, agent, [&](SqlSession& sql) {
    return McpServersTable(sql).get(context.tenant, agent, id);
  });
  auto server = co_await std::move(reading);
  co_return server;
}

Task<Result<std::vector<McpServer>>> RowMcpServers::list(CallContext context, AgentId agent) {
  auto reading = rows_.read(context, agent, [&](SqlSession& sql) {
    return McpServersTable(sql).list(context.tenant, agent, false);
  });
  auto servers = co_await std::move(reading);
  co_return servers;
}

Task<Result<McpServer>> RowMcpServers::change(CallContext context, identity::Caller caller,
                                              AgentId agent, McpServerId id, Change change) {
  auto writing = rows_.write(context, agent, [&](SqlSession& sql) -> Result<McpServer> {
    McpServersTable table(sql);
    TRY(auto server, table.get(context.tenant, agent, id));
    TRY_VOID(change(server.settings));
    TRY_VOID(CompiledServer::compile(server, desk_.rules()));
    server.updated_at = parts_.clock.unix_ms();
    TRY_VOID(table.update(server));
    TRY_VOID(audit(sql, caller, "mcp_server.updated", server));
    TRY_VOID(FunctionsTable(sql).raise_tools_version(agent));
    return server;
  });
  CO_TRY(auto server, co_await std::move(writing));
  desk_.forget(context.tenant, agent);
  if (!server.settings.is_active) co_return server;
  auto asking = ask(context, std::move(server));
  auto asked = co_await std::move(asking);
  co_return asked;
}

Task<Result<void>> RowMcpServers::remove(CallContext context, identity::Caller caller,
                                         AgentId agent, McpServerId id) {
  auto writing = rows_.write(context, agent, [&](SqlSession& sql) -> Result<void> {
    McpServersTable table(sql);
    TRY(auto server, table.get(context.tenant, agent, id));
    TRY_VOID(table.remove(context.tenant, agent, id));
    TRY_VOID(audit(sql, caller, "mcp_server.deleted", server));
    return FunctionsTable(sql).raise_tools_version(agent);
  });
  CO_TRY_VOID(co_await std::move(writing));
  desk_.forget(context.tenant, agent);
  co_return Result<void>{};
}

Task<Result<McpServer>> RowMcpServers::refresh(CallContext context, AgentId agent, McpServerId id) {
  auto getting = get(context, agent, id);
  CO_TRY(auto server, co_await std::move(getting));
  auto asking = ask(context, std::move(server));
  auto asked = co_await std::move(asking);
  co_return asked;
}

Task<Result<std::int64_t>> RowMcpServers::refresh_stale(CallContext context) {
  auto before = parts_.clock.unix_ms() - list_age_max.count();
  auto reading = read(parts_.database, context, [before](SqlSession& sql) {
    return McpServersTable(sql).list_stale(before, refreshed_max);
  });
  CO_TRY(auto servers, co_await std::move(reading));
  std::int64_t count = 0;
  for (auto& server : servers) {
    auto own = context;
    own.tenant = server.tenant;
    auto asking = ask(own, std::move(server));
    CO_TRY_VOID(co_await std::move(asking));
    ++count;
  }
  co_return count;
}

// Writes down what the server offers, or why it does not tell. Fails only when the rows cannot be
// written or the call is over.
Task<Result<McpServer>> RowMcpServers::ask(CallContext context, McpServer server) {
  Result<std::vector<RemoteTool>> tools;
  auto compiled = CompiledServer::compile(server, desk_.rules());
  if (compiled) {
    auto patient = context;
    patient.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + list_time_max);
    auto listing = desk_.list_tools(patient, std::move(*compiled));
    tools = co_await std::move(listing);
    CO_TRY_VOID(context.check());
  } else {
    // The operator's rules have changed since it was made.
    tools = fail(std::move(compiled.error()));
  }
  auto now = parts_.clock.unix_ms();
  if (tools) {
    server.tools = tidy(std::move(*tools));
    server.listed_at = now;
    server.last_error.clear();
  } else {
    server.last_error = tools.error().message;
    log::failure("A server of tools did not tell its tools", context, tools.error());
  }
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(McpServersTable(sql).keep_tools(server, now));
    return FunctionsTable(sql).raise_tools_version(server.agent);
  });
  CO_TRY_VOID(co_await std::move(writing));
  desk_.forget(server.tenant, server.agent);
  co_return server;
}

}  // namespace

std::unique_ptr<McpServers> make_mcp_servers(const FunctionParts& parts, ToolDesk& desk) {
  return std::make_unique<RowMcpServers>(parts, desk);
}

}  // namespace aiva::functions
