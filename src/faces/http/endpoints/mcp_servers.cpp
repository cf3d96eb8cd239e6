#include "faces/http/endpoints/mcp_servers.h"

#include <limits>
#include <string>
#include <utility>

#include "faces/http/endpoints/caller.h"
#include "faces/http/endpoints/function_json.h"
#include "faces/http/endpoints/paging.h"
#include "foundation/time.h"

namespace aiva::http {
namespace {

using functions::McpServer;
using functions::McpServerId;
using functions::McpServers;
using functions::McpServerSettings;
using identity::Permission;

constexpr std::size_t tools_max = 256;

void write_tools(JsonWriter& writer, const McpServer& server) {
  writer.key("tools").begin_array();
  for (const auto& tool : server.tools)
    writer.begin_object()
        .field("name", tool.name)
        .field("description", tool.description)
        .key("input_schema")
        .raw(tool.input_schema)
        .end_object();
  writer.end_array();
}

void write_server(JsonWriter& writer, const McpServer& server) {
  const auto& settings = server.settings;
  writer.begin_object()
      .field("id", server.id)
      .field("agent_id", server.agent)
      .field("name", settings.name)
      .field("url", settings.url)
      .key("headers");
  write_headers(writer, settings.headers);
  writer.field("timeout_ms", settings.timeout_ms).key("allowed_tools");
  if (settings.allowed_tools) {
    writer.begin_array();
    for (const auto& name : *settings.allowed_tools) writer.value(name);
    writer.end_array();
  } else {
    writer.null();
  }
  writer.field("is_active", settings.is_active);
  write_tools(writer, server);
  if (server.listed_at)
    writer.field("listed_at", to_iso8601(*server.listed_at));
  else
    writer.null_field("listed_at");
  if (server.last_error.empty())
    writer.null_field("last_error");
  else
    writer.field("last_error", server.last_error);
  writer.field("created_at", to_iso8601(server.created_at))
      .field("updated_at", to_iso8601(server.updated_at))
      .end_object();
}

Response server_response(const McpServer& server, int status = 200) {
  return ok_response([&](JsonWriter& writer) { write_server(writer, server); }, status);
}

// Null allows all tools.
void read_allowed_tools(json::Fields& fields, const json::Value& body,
                        McpServerSettings& settings) {
  const auto* object = body.if_object();
  const auto* given = object == nullptr ? nullptr : object->if_contains("allowed_tools");
  if (given == nullptr) return;
  settings.allowed_tools.reset();
  const auto* array = fields.array("allowed_tools", tools_max);
  if (array == nullptr) return;
  settings.allowed_tools.emplace();
  for (const auto& item : *array) {
    const auto* name = item.if_string();
    if (name == nullptr)
      fields.add_error("allowed_tools", "must be names of tools");
    else
      settings.allowed_tools->emplace_back(std::string_view(*name));
  }
}

Result<void> read_settings(const json::Value& body, McpServerSettings& settings) {
  json::Fields fields(body);
  if (auto name = fields.optional_text("name", {.length_max = 200})) settings.name = *name;
  if (auto url = fields.optional_text("url", {.length_max = 8192})) settings.url = *url;
  read_headers(fields, "headers", settings.headers);
  read_allowed_tools(fields, body, settings);
  settings.timeout_ms = static_cast<int>(
      fields.integer("timeout_ms", settings.timeout_ms, 0, std::numeric_limits<int>::max()));
  settings.is_active = fields.boolean("is_active", settings.is_active);
  return fields.finish();
}

Task<Result<Response>> list_servers(McpServers& servers, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto found, co_await servers.list(context, agent));
  co_return whole_list_response(found, write_server);
}

Task<Result<Response>> create_server(McpServers& servers, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto body, request.json());
  McpServerSettings settings;
  CO_TRY_VOID(read_settings(body, settings));
  auto creating = servers.create(context, caller_of(request), agent, std::move(settings));
  CO_TRY(auto server, co_await std::move(creating));
  co_return server_response(server, 201);
}

Task<Result<Response>> get_server(McpServers& servers, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto id, request.id<McpServerId>("mcpServerId"));
  CO_TRY(auto server, co_await servers.get(context, agent, id));
  co_return server_response(server);
}

Task<Result<Response>> update_server(McpServers& servers, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto id, request.id<McpServerId>("mcpServerId"));
  CO_TRY(auto body, request.json());
  McpServers::Change change = [&body](McpServerSettings& settings) {
    return read_settings(body, settings);
  };
  auto changing = servers.change(context, caller_of(request), agent, id, std::move(change));
  CO_TRY(auto server, co_await std::move(changing));
  co_return server_response(server);
}

Task<Result<Response>> remove_server(McpServers& servers, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto id, request.id<McpServerId>("mcpServerId"));
  CO_TRY_VOID(co_await servers.remove(context, caller_of(request), agent, id));
  co_return done_response();
}

Task<Result<Response>> refresh_server(McpServers& servers, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto id, request.id<McpServerId>("mcpServerId"));
  CO_TRY(auto server, co_await servers.refresh(context, agent, id));
  co_return server_response(server);
}

}  // namespace

std::vector<Route> mcp_server_routes(McpServers& servers) {
  auto bind = [&servers](auto handler) -> Handler {
    return [&servers, handler](CallContext context, Request& request) {
      return handler(servers, std::move(context), request);
    };
  };
  auto may_read = Right::needs(Permission::agents_read);
  auto may_write = Right::needs(Permission::agents_write);
  RouteOptions bodiless{.body = BodyKind::none};
  constexpr auto all = "/api/agents/:agentId/mcp-servers";
  constexpr auto one = "/api/agents/:agentId/mcp-servers/:mcpServerId";
  std::vector<Route> routes;
  routes.push_back({Method::get, all, may_read, bind(list_servers)});
  routes.push_back({Method::post, all, may_write, bind(create_server)});
  routes.push_back({Method::get, one, may_read, bind(get_server)});
  routes.push_back({Method::put, one, may_write, bind(update_server)});
  routes.push_back({Method::del, one, may_write, bind(remove_server)});
  routes.push_back({Method::post, "/api/agents/:agentId/mcp-servers/:mcpServerId/refresh",
                    may_write, bind(refresh_server), bodiless});
  return routes;
}

}  // namespace aiva::http
