#include "faces/realtime/visitor_routes.h"

#include <memory>
#include <utility>

#include "faces/http/endpoints/chat_page_html.h"
#include "faces/http/endpoints/visitor_origin.h"
#include "faces/realtime/call_page_files.h"
#include "faces/realtime/ephemeral_keys.h"
#include "faces/realtime/internal/admission.h"
#include "faces/realtime/internal/call_page_html.h"
#include "foundation/json_writer.h"

namespace aiva::realtime {
namespace {

constexpr std::chrono::seconds key_lifetime{60};  // as long as an announced call counts

using PartsPointer = std::shared_ptr<const VisitorRouteParts>;

// The agent of the path, if visitors may call it.
Task<Result<agents::ActiveAgentPointer>> find_agent(PartsPointer parts, CallContext context,
                                                    const http::Request& request) {
  std::string slug(request.parameter("slugOrId"));
  auto finding = parts->realtime.agents.find_public(std::move(context), std::move(slug));
  CO_TRY(auto agent, co_await std::move(finding));
  if (!agent->widget.allows_calls) co_return fail(ErrorCode::not_found, "There is no such agent");
  co_return agent;
}

Task<Result<http::Response>> get_page(PartsPointer parts, CallContext context,
                                      http::Request& request) {
  auto finding = find_agent(parts, std::move(context), request);
  CO_TRY(auto agent, co_await std::move(finding));
  auto response = http::text_response(200, "text/html; charset=utf-8", call_page_html(*agent));
  response.headers.push_back({"Content-Security-Policy", http::chat_page_policy(agent->widget)});
  response.headers.push_back({"Permissions-Policy", "microphone=(self)"});
  response.headers.push_back({"Cache-Control", "no-cache"});
  co_return response;
}

// What the tenant's account says is nothing for strangers.
Error without_account(Error error) {
  if (error.code != ErrorCode::quota_exceeded) return error;
  return {.code = ErrorCode::quota_exceeded,
          .message = "This agent takes no calls at the moment: its credits are used up",
          .cause = std::move(error.cause)};
}

void write_key(JsonWriter& writer, const agents::ActiveAgent& agent, const std::string& secret) {
  writer.begin_object()
      .field("key", secret)
      .field("expires_in", static_cast<std::int64_t>(key_lifetime.count()))
      .field("path", "/realtime/" + agent.slug)
      .field("duration_max_s", std::int64_t{60} * agent.widget.call_minutes_max)
      .key("agent")
      .begin_object()
      .field("name", agent.name)
      .field("slug", agent.slug)
      .field("language", agent.settings.language)
      .end_object()
      .end_object();
}

Task<Result<http::Response>> make_key(PartsPointer parts, CallContext context,
                                      http::Request& request) {
  auto finding = find_agent(parts, context, request);
  CO_TRY(auto agent, co_await std::move(finding));
  const auto& widget = agent->widget;
  CO_TRY(auto origin, http::visitor_origin(request, widget, parts->public_url));
  CO_TRY_VOID(check_calls(parts->realtime));
  context.tenant = agent->tenant;
  context.user = {};
  context.api_key.reset();
  auto address = http::address_key(request);
  CO_TRY_VOID(co_await parts->visitors.count_call(context, agent->id, widget, address));
  voice::VisitorCall wanted{.agent = agent->id,
                            .caller_id = parts->visitors.name_of(address),
                            .origin = std::move(origin)};
  voice::VisitorCallLimits limits{.visitor_at_once_max = widget.visitor_calls_at_once_max,
                                  .at_once_max = widget.calls_at_once_max,
                                  .minutes_per_day_max = widget.call_minutes_per_day_max};
  auto announcing = parts->calls.announce(context, std::move(wanted), limits);
  auto call = co_await std::move(announcing);
  if (!call) co_return fail(without_account(std::move(call.error())));
  EphemeralKeys keys(parts->realtime.cache);
  EphemeralKey key{.tenant = context.tenant,
                   .agent = agent->id,
                   .call = call->session_id,
                   .duration_max = std::chrono::minutes(widget.call_minutes_max)};
  CO_TRY(auto secret, co_await keys.issue(context, std::move(key), key_lifetime));
  co_return http::ok_response([&](JsonWriter& writer) { write_key(writer, *agent, secret); }, 201);
}

Task<Result<http::Response>> answer_file(std::string_view content_type, std::string_view text) {
  auto response = http::text_response(200, std::string(content_type), std::string(text));
  response.headers.push_back({"Cache-Control", "public, max-age=3600"});
  co_return response;
}

http::Handler serve_file(std::string_view content_type, const char* text) {
  return
      [content_type, text](CallContext, http::Request&) { return answer_file(content_type, text); };
}

}  // namespace

std::vector<http::Route> make_visitor_routes(VisitorRouteParts parts) {
  // Shared by the handlers, which are copied.
  auto shared = std::make_shared<const VisitorRouteParts>(std::move(parts));
  auto bind = [shared](auto handler) -> http::Handler {
    return [shared, handler](CallContext context, http::Request& request) {
      return handler(shared, std::move(context), request);
    };
  };
  auto anyone = http::Right::anyone();
  http::RouteOptions free{.body = http::BodyKind::none, .rate = http::RateClass::none};
  http::RouteOptions asking{.origins = http::visitor_origins(shared->realtime.agents)};
  constexpr std::string_view script = "text/javascript; charset=utf-8";
  std::vector<http::Route> routes;
  using http::Method;
  routes.push_back({Method::get, "/aiva/call/:slugOrId", anyone, bind(get_page), free});
  routes.push_back({Method::post, "/aiva/call/:slugOrId/keys", anyone, bind(make_key), asking});
  routes.push_back(
      {Method::get, "/aiva/call-page.js", anyone, serve_file(script, call_page_script), free});
  routes.push_back(
      {Method::get, "/aiva/call-audio.js", anyone, serve_file(script, call_audio_script), free});
  routes.push_back({Method::get, "/aiva/call-page.css", anyone,
                    serve_file("text/css; charset=utf-8", call_page_style), free});
  return routes;
}

}  // namespace aiva::realtime
