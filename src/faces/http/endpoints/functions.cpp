#include "faces/http/endpoints/functions.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "faces/http/endpoints/caller.h"
#include "faces/http/endpoints/function_json.h"
#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/query_fields.h"
#include "foundation/time.h"

namespace aiva::http {
namespace {

using functions::CallFilter;
using functions::CallId;
using functions::Function;
using functions::FunctionId;
using functions::Functions;
using functions::FunctionSettings;
using identity::Permission;

// Six attempts of two minutes each would be longer; whoever tries one out does not wait for that.
constexpr std::chrono::seconds call_time_max{150};

Response function_response(const Function& function, int status = 200) {
  return ok_response([&](JsonWriter& writer) { write_function(writer, function); }, status);
}

Response outcome_response(const functions::ToolOutcome& outcome) {
  return ok_response([&](JsonWriter& writer) { write_tool_outcome(writer, outcome); },
                     outcome.is_pending ? 202 : 200);
}

Task<Result<Response>> list_functions(Functions& functions, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto found, co_await functions.list(context, agent));
  co_return whole_list_response(found, write_function);
}

Task<Result<Response>> create_function(Functions& functions, CallContext context,
                                       Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  FunctionSettings settings;
  read_function(fields, body, settings);
  CO_TRY_VOID(fields.finish());
  auto creating = functions.create(context, caller_of(request), agent, std::move(settings));
  CO_TRY(auto function, co_await std::move(creating));
  co_return function_response(function, 201);
}

Task<Result<Response>> get_function(Functions& functions, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto id, request.id<FunctionId>("functionId"));
  CO_TRY(auto function, co_await functions.get(context, agent, id));
  co_return function_response(function);
}

Task<Result<Response>> update_function(Functions& functions, CallContext context,
                                       Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto id, request.id<FunctionId>("functionId"));
  CO_TRY(auto body, request.json());
  // The body outlives the call and is only read; the transaction may run twice.
  Functions::Change change = [&body](FunctionSettings& settings) -> Result<void> {
    json::Fields fields(body);
    read_function(fields, body, settings);
    return fields.finish();
  };
  auto changing = functions.change(context, caller_of(request), agent, id, std::move(change));
  CO_TRY(auto function, co_await std::move(changing));
  co_return function_response(function);
}

Task<Result<Response>> remove_function(Functions& functions, CallContext context,
                                       Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto id, request.id<FunctionId>("functionId"));
  CO_TRY_VOID(co_await functions.remove(context, caller_of(request), agent, id));
  co_return done_response();
}

Task<Result<Response>> test_function(Functions& functions, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto id, request.id<FunctionId>("functionId"));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto arguments = read_arguments(fields, body);
  CO_TRY_VOID(fields.finish());
  auto trying = functions.try_out(context, agent, id, std::move(arguments));
  CO_TRY(auto outcome, co_await std::move(trying));
  co_return outcome_response(outcome);
}

Task<Result<Response>> execute_function(Functions& functions, CallContext context,
                                        Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto agent = AgentId::parse(fields.text("agent_id", {.length_max = 100}));
  if (!agent) fields.add_error("agent_id", "must be an id");
  ToolCall call{.id = {},
                .name = fields.text("function_name", {.length_min = 1, .length_max = 64}),
                .arguments = read_arguments(fields, body)};
  CO_TRY_VOID(fields.finish());
  auto executing = functions.execute(context, *agent, std::move(call));
  CO_TRY(auto outcome, co_await std::move(executing));
  co_return outcome_response(outcome);
}

Result<CallFilter> read_filter(const Request& request, const ListRequest& wanted) {
  CallFilter filter{.limit = wanted.limit_ahead()};
  if (wanted.after) filter.older_than = CallId{wanted.after->id.uuid};
  if (auto name = request.query_text("function_name")) filter.function_name = std::string(*name);
  if (auto status = request.query_text("status")) {
    filter.status = functions::parse_call_status(*status);
    if (!filter.status)
      return fail(invalid_field("status", "must be pending, completed or failed"));
  }
  TRY(filter.session, query_id<ChatSessionId>(request, "session_id"));
  TRY(filter.from, query_instant(request, "from"));
  TRY(filter.until, query_instant(request, "until"));
  return filter;
}

Task<Result<Response>> list_calls(Functions& functions, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto wanted, read_list_request(request, "function_calls"));
  CO_TRY(auto filter, read_filter(request, wanted));
  CO_TRY(auto calls, co_await functions.calls(context, agent, std::move(filter)));
  auto position = position_of<functions::FunctionCall>;
  co_return uncounted_response(calls.items, wanted, write_function_call, position);
}

Task<Result<Response>> get_call(Functions& functions, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto id, request.id<CallId>("callId"));
  CO_TRY(auto page, co_await functions.calls(context, agent, {.id = id}));
  if (page.items.empty()) co_return fail(ErrorCode::not_found, "No such call");
  co_return ok_response([&](JsonWriter& writer) { write_function_call(writer, page.items[0]); });
}

}  // namespace

std::vector<Route> function_routes(Functions& functions) {
  auto bind = [&functions](auto handler) -> Handler {
    return [&functions, handler](CallContext context, Request& request) {
      return handler(functions, std::move(context), request);
    };
  };
  auto may_read = Right::needs(Permission::agents_read);
  auto may_write = Right::needs(Permission::agents_write);
  auto may_execute = Right::needs(Permission::functions_execute);
  RouteOptions patient{.deadline = call_time_max};
  constexpr auto all = "/api/agents/:agentId/functions";
  constexpr auto one = "/api/agents/:agentId/functions/:functionId";
  std::vector<Route> routes;
  routes.push_back({Method::get, all, may_read, bind(list_functions)});
  routes.push_back({Method::post, all, may_write, bind(create_function)});
  routes.push_back({Method::get, one, may_read, bind(get_function)});
  routes.push_back({Method::put, one, may_write, bind(update_function)});
  routes.push_back({Method::del, one, may_write, bind(remove_function)});
  routes.push_back({Method::post, "/api/agents/:agentId/functions/:functionId/test", may_write,
                    bind(test_function), patient});
  routes.push_back(
      {Method::get, "/api/agents/:agentId/function-calls", may_read, bind(list_calls)});
  routes.push_back(
      {Method::get, "/api/agents/:agentId/function-calls/:callId", may_read, bind(get_call)});
  routes.push_back({Method::post, "/api/internal/functions/execute", may_execute,
                    bind(execute_function), patient});
  return routes;
}

}  // namespace aiva::http
