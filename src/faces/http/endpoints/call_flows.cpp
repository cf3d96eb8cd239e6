#include "faces/http/endpoints/call_flows.h"

#include <algorithm>
#include <string>
#include <utility>

#include "capabilities/voice/flow_json.h"
#include "faces/http/endpoints/caller.h"
#include "foundation/time.h"

namespace aiva::http {
namespace {

using identity::Permission;
using voice::Flow;
using voice::FlowId;
using voice::Flows;
using voice::FlowSession;

constexpr std::size_t line_bytes_max = 1000;  // the capability says how many may be
constexpr std::size_t text_bytes_max = 10'000;
constexpr std::size_t triggers_max = 1000;

void write_flow_row(JsonWriter& writer, const Flow& flow) {
  writer.begin_object()
      .field("id", flow.id)
      .field("agent_id", flow.agent)
      .field("name", flow.name)
      .field("description", flow.description)
      .field("begins_with", flow.begins_with)
      .key("trigger_words")
      .begin_array();
  for (const auto& words : flow.trigger_words) writer.value(words);
  writer.end_array();
  voice::write_flow(writer, flow.definition);
  writer.field("is_active", flow.is_active)
      .field("created_at", to_iso8601(flow.created_at))
      .field("updated_at", to_iso8601(flow.updated_at))
      .end_object();
}

void write_session(JsonWriter& writer, const FlowSession& session) {
  writer.begin_object()
      .field("session_id", session.session_id)
      .field("flow_id", session.flow)
      .field("status", session.status)
      .field("current_step", session.step)
      .key("state")
      .raw(session.state)
      .field("created_at", to_iso8601(session.created_at))
      .field("updated_at", to_iso8601(session.updated_at))
      .end_object();
}

void read_flow_row(json::Fields& fields, Flow& flow) {
  if (auto name = fields.optional_text("name", {.length_max = line_bytes_max})) flow.name = *name;
  if (auto text = fields.optional_text("description", {.length_max = text_bytes_max}))
    flow.description = *text;
  if (auto word = fields.optional_text("begins_with", {.length_max = line_bytes_max}))
    flow.begins_with = *word;
  if (const auto* array = fields.array("trigger_words", triggers_max)) {
    flow.trigger_words.clear();
    for (const auto& words : *array) {
      if (const auto* text = words.if_string())
        flow.trigger_words.emplace_back(text->data(), text->size());
      else
        fields.add_error("trigger_words", "must be strings");
    }
  }
  flow.definition = voice::read_flow(fields, std::move(flow.definition));
  flow.is_active = fields.boolean("is_active", flow.is_active);
}

Response flow_response(const Flow& flow, int status = 200) {
  return ok_response([&](JsonWriter& writer) { write_flow_row(writer, flow); }, status);
}

Response flows_response(const std::vector<Flow>& flows, bool only_active) {
  std::size_t total = 0;
  return ok_response([&](JsonWriter& writer) {
    writer.begin_object().key("items").begin_array();
    for (const auto& flow : flows) {
      if (only_active && !flow.is_active) continue;
      write_flow_row(writer, flow);
      ++total;
    }
    writer.end_array().field("total", total).end_object();
  });
}

Task<Result<Response>> create_flow(Flows& flows, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  Flow wanted{.agent = agent};
  read_flow_row(fields, wanted);
  CO_TRY_VOID(fields.finish());
  auto creating = flows.create(context, caller_of(request), std::move(wanted));
  CO_TRY(auto flow, co_await std::move(creating));
  co_return flow_response(flow, 201);
}

Task<Result<Response>> list_flows(Flows& flows, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto found, co_await flows.list(context, agent));
  co_return flows_response(found, false);
}

Task<Result<Response>> get_flow(Flows& flows, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto id, request.id<FlowId>("flowId"));
  CO_TRY(auto flow, co_await flows.get(context, agent, id));
  co_return flow_response(flow);
}

Task<Result<Response>> change_flow(Flows& flows, CallContext context, Request& request,
                                   Flows::Change change) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto id, request.id<FlowId>("flowId"));
  auto changing = flows.change(context, caller_of(request), agent, id, std::move(change));
  CO_TRY(auto flow, co_await std::move(changing));
  co_return flow_response(flow);
}

Task<Result<Response>> update_flow(Flows& flows, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  // The body outlives the call and is only read; the transaction may run twice.
  Flows::Change change = [&body](Flow& flow) -> Result<void> {
    json::Fields fields(body);
    read_flow_row(fields, flow);
    return fields.finish();
  };
  auto changing = change_flow(flows, context, request, std::move(change));
  CO_TRY(auto response, co_await std::move(changing));
  co_return response;
}

Task<Result<Response>> remove_flow(Flows& flows, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto id, request.id<FlowId>("flowId"));
  CO_TRY_VOID(co_await flows.remove(context, caller_of(request), agent, id));
  co_return done_response();
}

// Puts the step in the place of the one of that name, or behind all others.
Task<Result<Response>> put_step(Flows& flows, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  std::string name(request.parameter("stepName"));
  Flows::Change change = [&body, name](Flow& flow) -> Result<void> {
    json::Fields fields(body);
    auto step = voice::read_flow_step(fields);
    TRY_VOID(fields.finish());
    if (step.name.empty()) step.name = name;
    auto& steps = flow.definition.steps;
    auto found = std::ranges::find(steps, name, &voice::FlowStep::name);
    if (found == steps.end())
      steps.push_back(std::move(step));
    else
      *found = std::move(step);
    return {};
  };
  auto changing = change_flow(flows, context, request, std::move(change));
  CO_TRY(auto response, co_await std::move(changing));
  co_return response;
}

Task<Result<Response>> remove_step(Flows& flows, CallContext context, Request& request) {
  std::string name(request.parameter("stepName"));
  Flows::Change change = [name](Flow& flow) -> Result<void> {
    auto removed = std::erase_if(
        flow.definition.steps, [&name](const voice::FlowStep& step) { return step.name == name; });
    if (removed == 0) return fail(ErrorCode::not_found, "No such step");
    return {};
  };
  auto changing = change_flow(flows, context, request, std::move(change));
  CO_TRY(auto response, co_await std::move(changing));
  co_return response;
}

Task<Result<Response>> list_active_flows(Flows& flows, CallContext context, Request& request) {
  CO_TRY(auto agent, request.id<AgentId>("agentId"));
  CO_TRY(auto found, co_await flows.list(context, agent));
  co_return flows_response(found, true);
}

Task<Result<Response>> save_session(Flows& flows, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  FlowSession wanted{
      .session_id = fields.text("session_id", {.length_min = 1, .length_max = line_bytes_max})};
  auto flow = FlowId::parse(fields.text("flow_id", {.length_max = 100}));
  if (!flow) fields.add_error("flow_id", "must be an id");
  wanted.status = fields.optional_text("status", {.length_max = 100}).value_or(wanted.status);
  wanted.step = fields.optional_text("current_step", {.length_max = 100}).value_or(wanted.step);
  if (const auto* state = fields.object("state")) wanted.state = json::to_text(*state);
  CO_TRY_VOID(fields.finish());
  wanted.flow = *flow;
  auto saving = flows.save_session(context, std::move(wanted));
  CO_TRY(auto saved, co_await std::move(saving));
  co_return ok_response([&](JsonWriter& writer) { write_session(writer, saved); });
}

Task<Result<Response>> get_session(Flows& flows, CallContext context, Request& request) {
  auto reading = flows.session(context, std::string(request.parameter("flowSessionId")));
  CO_TRY(auto session, co_await std::move(reading));
  co_return ok_response([&](JsonWriter& writer) { write_session(writer, session); });
}

}  // namespace

std::vector<Route> call_flow_routes(Flows& flows) {
  auto bind = [&flows](auto handler) -> Handler {
    return [&flows, handler](CallContext context, Request& request) {
      return handler(flows, std::move(context), request);
    };
  };
  auto may_read = Right::needs(Permission::agents_read);
  auto may_write = Right::needs(Permission::agents_write);
  auto is_bridge = Right::needs(Permission::functions_execute);
  constexpr auto all = "/api/agents/:agentId/flows";
  constexpr auto one = "/api/agents/:agentId/flows/:flowId";
  constexpr auto step = "/api/agents/:agentId/flows/:flowId/steps/:stepName";
  constexpr auto sessions = "/api/internal/flow-sessions";
  std::vector<Route> routes;
  routes.push_back({Method::post, all, may_write, bind(create_flow)});
  routes.push_back({Method::get, all, may_read, bind(list_flows)});
  routes.push_back({Method::get, one, may_read, bind(get_flow)});
  routes.push_back({Method::put, one, may_write, bind(update_flow)});
  routes.push_back({Method::del, one, may_write, bind(remove_flow)});
  routes.push_back({Method::put, step, may_write, bind(put_step)});
  routes.push_back({Method::del, step, may_write, bind(remove_step)});
  routes.push_back(
      {Method::get, "/api/internal/agents/:agentId/flows", is_bridge, bind(list_active_flows)});
  routes.push_back({Method::post, sessions, is_bridge, bind(save_session)});
  routes.push_back(
      {Method::get, "/api/internal/flow-sessions/:flowSessionId", is_bridge, bind(get_session)});
  return routes;
}

}  // namespace aiva::http
