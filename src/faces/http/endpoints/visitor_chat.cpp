#include "faces/http/endpoints/visitor_chat.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "faces/http/endpoints/chat_page_files.h"
#include "faces/http/endpoints/chat_page_html.h"
#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/visitor_chat_json.h"
#include "faces/http/endpoints/visitor_origin.h"
#include "faces/http/endpoints/visitor_turns.h"
#include "foundation/crypto.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

constexpr json::Fields::TextLimits token_limits{.length_max = 1024};
constexpr std::size_t visitor_bytes = 12;
constexpr int messages_max = 200;

using PartsPointer = VisitorPartsPointer;

Task<Result<Response>> get_page(PartsPointer parts, CallContext context, Request& request) {
  std::string slug(request.parameter("slugOrId"));
  CO_TRY(auto agent, co_await parts->agents.find_public(context, std::move(slug)));
  auto response = text_response(200, "text/html; charset=utf-8", chat_page_html(*agent));
  response.headers.push_back({"Content-Security-Policy", chat_page_policy(agent->widget)});
  response.headers.push_back({"Cache-Control", "no-cache"});
  co_return response;
}

// How the widget looks and what it offers, before anybody has said anything.
Task<Result<Response>> get_widget(PartsPointer parts, CallContext context, Request& request) {
  std::string slug(request.parameter("slugOrId"));
  CO_TRY(auto agent, co_await parts->agents.find_public(context, std::move(slug)));
  auto response = ok_response([&](JsonWriter& writer) { write_visitor_widget(writer, *agent); });
  response.headers.push_back({"Cache-Control", "public, max-age=60"});
  co_return response;
}

// The session a visitor goes on with: that of the token, if it still may, or a new one.
Task<Result<agents::VisitorSession>> find_session(PartsPointer parts, CallContext context,
                                                  agents::ActiveAgentPointer agent,
                                                  std::string token, std::string origin) {
  context.tenant = agent->tenant;
  context.user = {};
  agents::VisitorSession session{
      .agent = agent->id, .tenant = agent->tenant, .visitor = {}, .origin = std::move(origin)};
  if (!token.empty()) {
    CO_TRY(auto known, parts->visitors.reopen(token, agent->id, session.origin));
    session.visitor = known.visitor;
    CO_TRY(auto stored, co_await parts->chat.session(context, known.session));
    if (stored.status == "active") {
      session.session = known.session;
      co_return session;
    }
  }
  if (session.visitor.empty()) session.visitor = random_token(visitor_bytes);
  std::string metadata;
  JsonWriter(metadata)
      .begin_object()
      .field("channel", "web")
      .field("visitor", session.visitor)
      .field("origin", session.origin)
      .end_object();
  chat::NewSession fresh{.agent = agent->id, .metadata = std::move(metadata)};
  CO_TRY(auto created, co_await parts->chat.create_session(context, std::move(fresh)));
  session.session = created.id;
  co_return session;
}

Task<Result<Response>> open_session(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto token = fields.optional_text("token", token_limits).value_or(std::string());
  CO_TRY_VOID(fields.finish());
  std::string slug(request.parameter("slugOrId"));
  CO_TRY(auto agent, co_await parts->agents.find_public(context, std::move(slug)));
  CO_TRY(auto origin, visitor_origin(request, agent->widget, parts->public_url));
  auto finding = find_session(parts, context, agent, std::move(token), std::move(origin));
  CO_TRY(auto session, co_await std::move(finding));
  auto issued = parts->visitors.issue(session);
  co_return ok_response(
      [&](JsonWriter& writer) { write_visitor_session(writer, *agent, session, issued); }, 201);
}

// Whether a person was asked for, and how much was said: what a widget looks at again and again.
Task<Result<Response>> get_session(PartsPointer parts, CallContext context, Request& request) {
  auto admitting = admit_visitor(parts, std::move(context), request);
  CO_TRY(auto visit, co_await std::move(admitting));
  CO_TRY(auto session, co_await parts->chat.session(visit.context, visit.session.session));
  co_return ok_response([&](JsonWriter& writer) { write_visitor_state(writer, session); });
}

Task<Result<Response>> list_messages(PartsPointer parts, CallContext context, Request& request) {
  auto admitting = admit_visitor(parts, std::move(context), request);
  CO_TRY(auto visit, co_await std::move(admitting));
  CO_TRY(auto page, request.page({.limit_default = messages_max, .limit_max = messages_max}));
  knowledge::PageRequest wanted{.page = page.page, .limit = page.limit};
  auto listing = parts->chat.messages(visit.context, visit.session.session, wanted);
  CO_TRY(auto messages, co_await std::move(listing));
  auto write = [&visit](JsonWriter& writer, const chat::Message& message) {
    write_visitor_message(writer, visit.agent->slug, message);
  };
  co_return page_response(messages.items, messages.total, page, write);
}

// An image of the agent's knowledge bases: only answers tell visitors of any.
Task<Result<Response>> view_image(PartsPointer parts, CallContext context, Request& request) {
  constexpr std::size_t id_length = 36;
  auto admitting = admit_visitor(parts, std::move(context), request);
  CO_TRY(auto visit, co_await std::move(admitting));
  std::string name(request.parameter("filename"));
  auto id = ImageId::parse(std::string_view(name).substr(0, id_length));
  if (parts->images == nullptr || !id) co_return fail(ErrorCode::not_found, "No such image");
  CO_TRY(auto image, co_await parts->images->get(visit.context, *id));
  const auto& bases = visit.agent->settings.knowledge_bases;
  if (std::ranges::find(bases, image.knowledge_base) == bases.end())
    co_return fail(ErrorCode::not_found, "No such image");
  CO_TRY(auto file, co_await parts->images->file(visit.context, image.knowledge_base, name));
  auto response = file_response(file.path, file.media_type);
  response.headers.push_back({"Cache-Control", "private, max-age=86400, immutable"});
  co_return response;
}

Task<Result<Response>> answer_file(std::string_view content_type, std::string_view text) {
  auto response = text_response(200, std::string(content_type), std::string(text));
  response.headers.push_back({"Cache-Control", "public, max-age=3600"});
  co_return response;
}

Handler serve_file(std::string_view content_type, const char* text) {
  return [content_type, text](CallContext, Request&) { return answer_file(content_type, text); };
}

}  // namespace

std::vector<Route> visitor_chat_routes(VisitorChatParts parts) {
  auto shared = std::make_shared<VisitorChatParts>(std::move(parts));
  auto bind = [shared](auto handler) -> Handler {
    return [shared, handler](CallContext context, Request& request) {
      return handler(shared, std::move(context), request);
    };
  };
  auto anyone = Right::anyone();
  RouteOptions free{.body = BodyKind::none, .rate = RateClass::none};
  auto of_agent = visitor_origins(shared->agents);
  RouteOptions opening{.origins = of_agent};
  RouteOptions reading{.body = BodyKind::none, .rate = RateClass::none, .origins = of_agent};
  // Pages that name the script's digest (SRI) may read it from anywhere.
  RouteOptions script_file{
      .body = BodyKind::none, .rate = RateClass::none, .origins = any_origin()};
  auto routes = visitor_turn_routes(shared, of_agent);
  routes.push_back({Method::get, "/aiva/chat/:slugOrId", anyone, bind(get_page), free});
  routes.push_back(
      {Method::post, "/aiva/chat/:slugOrId/sessions", anyone, bind(open_session), opening});
  routes.push_back(
      {Method::get, "/aiva/chat/:slugOrId/messages", anyone, bind(list_messages), reading});
  routes.push_back({Method::get, "/aiva/chat/:slugOrId/widget", anyone, bind(get_widget), reading});
  routes.push_back(
      {Method::get, "/aiva/chat/:slugOrId/session", anyone, bind(get_session), reading});
  routes.push_back(
      {Method::get, "/aiva/chat/:slugOrId/images/:filename", anyone, bind(view_image), reading});
  constexpr std::string_view script = "text/javascript; charset=utf-8";
  routes.push_back(
      {Method::get, "/aiva/chat-page.js", anyone, serve_file(script, chat_page_script), free});
  routes.push_back({Method::get, "/aiva/chat-page.css", anyone,
                    serve_file("text/css; charset=utf-8", chat_page_style), free});
  routes.push_back({Method::get, "/aiva/widget.js", anyone, serve_file(script, chat_widget_script),
                    script_file});
  return routes;
}

}  // namespace aiva::http
