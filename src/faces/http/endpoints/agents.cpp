#include "faces/http/endpoints/agents.h"

#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "faces/http/endpoints/agent_embed.h"
#include "faces/http/endpoints/agent_json.h"
#include "faces/http/endpoints/caller.h"
#include "faces/http/endpoints/paging.h"

namespace aiva::http {
namespace {

using agents::Agents;
using identity::Permission;

constexpr std::int64_t version_max = std::numeric_limits<std::int64_t>::max();

Response agent_response(const agents::Agent& agent, int status = 200) {
  return ok_response([&](JsonWriter& writer) { write_agent(writer, agent); }, status);
}

// A version in the path; what is no number is no version.
Result<std::int64_t> version_of(const Request& request) {
  auto text = request.parameter("version");
  std::int64_t version = 0;
  auto end = std::from_chars(text.data(), text.data() + text.size(), version);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size() || version < 1)
    return fail(ErrorCode::not_found, "The agent has no such version");
  return version;
}

// A body may be left out where everything in it is optional.
Result<json::Value> optional_body(const Request& request) {
  if (request.body.empty()) return json::Value(json::Object());
  return request.json();
}

Task<Result<Response>> create_agent(Agents& agents, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  CO_TRY(auto fields, read_agent_fields(body));
  auto caller = caller_of(request);
  CO_TRY(auto agent, co_await agents.create(context, std::move(caller), std::move(fields)));
  co_return agent_response(agent, 201);
}

Task<Result<Response>> list_agents(Agents& agents, CallContext context, Request& request) {
  CO_TRY(auto wanted, read_list_request(request, "agents"));
  Agents::ListFilter filter{.page = wanted.as<agents::PageRequest>()};
  CO_TRY(filter.is_active, request.query_flag("is_active"));
  if (auto type = request.query_text("type")) filter.type = std::string(*type);
  if (auto search = request.query_text("search")) filter.search = std::string(*search);
  CO_TRY(auto found, co_await agents.list(context, std::move(filter)));
  co_return list_response(found, wanted, write_agent);
}

Task<Result<Response>> get_agent(Agents& agents, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<AgentId>("agentId"));
  CO_TRY(auto agent, co_await agents.get(context, id));
  co_return agent_response(agent);
}

Task<Result<Response>> update_agent(Agents& agents, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<AgentId>("agentId"));
  CO_TRY(auto body, request.json());
  CO_TRY(auto fields, read_agent_fields(body));
  auto caller = caller_of(request);
  CO_TRY(auto agent, co_await agents.update(context, std::move(caller), id, std::move(fields)));
  co_return agent_response(agent);
}

Task<Result<Response>> remove_agent(Agents& agents, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<AgentId>("agentId"));
  auto caller = caller_of(request);
  CO_TRY_VOID(co_await agents.remove(context, std::move(caller), id));
  co_return done_response();
}

Task<Result<Response>> list_versions(Agents& agents, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<AgentId>("agentId"));
  CO_TRY(auto wanted, read_list_request(request, "agent_versions"));
  CO_TRY(auto versions, co_await agents.versions(context, id, wanted.as<agents::PageRequest>()));
  auto position = [](const agents::AgentVersion& version) {
    return ListPosition{.key = version.version};
  };
  co_return list_response(versions, wanted, write_agent_version_line, position);
}

Task<Result<Response>> get_version(Agents& agents, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<AgentId>("agentId"));
  CO_TRY(auto number, version_of(request));
  CO_TRY(auto version, co_await agents.version(context, id, number));
  co_return ok_response([&](JsonWriter& writer) { write_agent_version(writer, version); });
}

// What a version says otherwise than `against`, which is the published one unless named.
Task<Result<Response>> compare_versions(Agents& agents, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<AgentId>("agentId"));
  CO_TRY(auto number, version_of(request));
  CO_TRY(auto agent, co_await agents.get(context, id));
  CO_TRY(auto against, request.query_integer("against", agent.published_version, 0, version_max));
  if (against == 0)
    co_return fail(invalid_field("against", "is required: no version was published yet"));
  CO_TRY(auto differences, co_await agents.differences(context, id, against, number));
  co_return ok_response([&](JsonWriter& writer) {
    writer.begin_object()
        .field("version", number)
        .field("against", against)
        .key("differences")
        .begin_array();
    for (const auto& difference : differences) write_difference(writer, difference);
    writer.end_array().end_object();
  });
}

Task<Result<Response>> publish(Agents& agents, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<AgentId>("agentId"));
  CO_TRY(auto body, optional_body(request));
  json::Fields fields(body);
  std::optional<std::int64_t> version;
  if (fields.has("version")) version = fields.integer("version", 1, 1, version_max);
  CO_TRY_VOID(fields.finish());
  auto caller = caller_of(request);
  CO_TRY(auto agent, co_await agents.publish(context, std::move(caller), id, version));
  co_return agent_response(agent);
}

Task<Result<Response>> roll_back(Agents& agents, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<AgentId>("agentId"));
  auto caller = caller_of(request);
  CO_TRY(auto agent, co_await agents.rollback(context, std::move(caller), id));
  co_return agent_response(agent);
}

Task<Result<Response>> get_embed_code(Agents& agents, std::string public_url, CallContext context,
                                      Request& request) {
  CO_TRY(auto id, request.id<AgentId>("agentId"));
  CO_TRY(auto agent, co_await agents.get(context, id));
  auto url = public_url.empty() ? url_of(request) : std::move(public_url);
  co_return ok_response([&](JsonWriter& writer) { write_embed_code(writer, agent, url); });
}

}  // namespace

std::vector<Route> agent_routes(Agents& agents, AgentRouteOptions options) {
  auto bind = [&agents](auto handler) -> Handler {
    return [&agents, handler](CallContext context, Request& request) {
      return handler(agents, std::move(context), request);
    };
  };
  Handler embed_code = [&agents, url = std::move(options.public_url)](CallContext context,
                                                                      Request& request) {
    return get_embed_code(agents, url, std::move(context), request);
  };
  auto may_read = Right::needs(Permission::agents_read);
  auto may_write = Right::needs(Permission::agents_write);
  RouteOptions no_body{.body = BodyKind::none};
  std::vector<Route> routes;
  auto add = [&routes](Method method, std::string_view path, Right right, Handler handler,
                       RouteOptions route_options = {}) {
    routes.push_back({method, path, right, std::move(handler), route_options});
  };
  add(Method::get, "/api/agents", may_read, bind(list_agents));
  add(Method::post, "/api/agents", may_write, bind(create_agent));
  add(Method::get, "/api/agents/:agentId", may_read, bind(get_agent));
  add(Method::put, "/api/agents/:agentId", may_write, bind(update_agent));
  add(Method::del, "/api/agents/:agentId", may_write, bind(remove_agent));
  add(Method::get, "/api/agents/:agentId/versions", may_read, bind(list_versions));
  add(Method::get, "/api/agents/:agentId/versions/:version", may_read, bind(get_version));
  add(Method::get, "/api/agents/:agentId/versions/:version/diff", may_read, bind(compare_versions));
  add(Method::post, "/api/agents/:agentId/publish", may_write, bind(publish));
  add(Method::post, "/api/agents/:agentId/rollback", may_write, bind(roll_back), no_body);
  add(Method::get, "/api/agents/:agentId/embed-code", may_read, std::move(embed_code));
  return routes;
}

}  // namespace aiva::http
