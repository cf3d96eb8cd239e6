#include "faces/http/endpoints/visitor_chat.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "faces/http/endpoints/chat_page_files.h"
#include "faces/http/endpoints/chat_page_html.h"
#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/visitor_chat_json.h"
#include "faces/http/endpoints/visitor_origin.h"
#include "foundation/crypto.h"
#include "foundation/json.h"
#include "foundation/log.h"

namespace aiva::http {
namespace {

constexpr json::Fields::TextLimits content_limits{.length_min = 1, .length_max = 32'000};
constexpr json::Fields::TextLimits token_limits{.length_max = 1024};
constexpr std::chrono::minutes turn_time_max{5};
constexpr std::size_t visitor_bytes = 12;
constexpr int messages_max = 200;

using PartsPointer = std::shared_ptr<VisitorChatParts>;

// A visitor whose token was looked at: who it is, and the agent as it is now.
struct Visit {
  agents::ActiveAgentPointer agent{};
  agents::VisitorSession session{};
  CallContext context{};  // of the agent's tenant and nobody's user
};

Task<Result<Visit>> admit(PartsPointer parts, CallContext context, Request& request) {
  std::string slug(request.parameter("slugOrId"));
  CO_TRY(auto agent, co_await parts->agents.find_public(context, std::move(slug)));
  std::optional<std::string> origin;
  // Browsers send none with a GET of the page itself, and let no other page read the answer.
  if (request.method != Method::get || !request.header("origin").empty()) {
    CO_TRY(origin, visitor_origin(request, agent->widget, parts->public_url));
  }
  auto token = request.header("x-chat-token");
  CO_TRY(auto session, parts->visitors.open(token, agent->id, origin));
  context.tenant = session.tenant;
  context.user = {};
  if (session.tenant != agent->tenant)
    co_return fail(ErrorCode::unauthenticated, "The chat session is not valid or has ended");
  co_return Visit{.agent = agent, .session = session, .context = context};
}

Task<Result<Response>> get_page(PartsPointer parts, CallContext context, Request& request) {
  std::string slug(request.parameter("slugOrId"));
  CO_TRY(auto agent, co_await parts->agents.find_public(context, std::move(slug)));
  auto response = text_response(200, "text/html; charset=utf-8", chat_page_html(*agent));
  response.headers.push_back({"Content-Security-Policy", chat_page_policy(agent->widget)});
  response.headers.push_back({"Cache-Control", "no-cache"});
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

Task<Result<Response>> list_messages(PartsPointer parts, CallContext context, Request& request) {
  auto admitting = admit(parts, std::move(context), request);
  CO_TRY(auto visit, co_await std::move(admitting));
  knowledge::PageRequest all{.page = 1, .limit = messages_max};
  CO_TRY(auto messages, co_await parts->chat.messages(visit.context, visit.session.session, all));
  Page page{.page = 1, .limit = messages_max};
  auto write = [&visit](JsonWriter& writer, const chat::Message& message) {
    write_visitor_message(writer, visit.agent->slug, message);
  };
  co_return page_response(messages.items, messages.total, page, write);
}

// An image of the agent's knowledge bases: only answers tell visitors of any.
Task<Result<Response>> view_image(PartsPointer parts, CallContext context, Request& request) {
  constexpr std::size_t id_length = 36;
  auto admitting = admit(parts, std::move(context), request);
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

Task<Result<void>> send_event(EventWriter& events, chat::TurnEvent event) {
  // What functions do stays with the agent's people; sources come with the end.
  if (event.kind != chat::TurnEvent::Kind::delta) co_return Result<void>();
  std::string data;
  JsonWriter(data).begin_object().field("text", event.text).end_object();
  auto sending = events.send("delta", std::move(data));
  auto sent = co_await std::move(sending);
  co_return sent;
}

// Runs a turn as a stream of events. A failure before the first event becomes an HTTP error, a
// later one the event `error`.
Task<Result<void>> stream_turn(PartsPointer parts, CallContext context, chat::Turn turn,
                               std::string slug, EventWriter& events) {
  bool has_begun = false;
  turn.listener = [&events, &has_begun](chat::TurnEvent event) {
    has_begun = has_begun || event.kind == chat::TurnEvent::Kind::delta;
    return send_event(events, std::move(event));
  };
  auto answer = co_await parts->chat.answer(context, std::move(turn));
  if (!answer && !has_begun) co_return fail(std::move(answer.error()));
  std::string data;
  JsonWriter writer(data);
  if (answer) {
    write_visitor_answer(writer, slug, *answer);
  } else {
    log::failure("A visitor's turn failed while it streamed", context, answer.error());
    writer.begin_object()
        .field("code", to_string(answer.error().code))
        .field("message", answer.error().message)
        .end_object();
  }
  auto sending = events.send(answer ? "done" : "error", std::move(data));
  auto sent = co_await std::move(sending);
  co_return sent;
}

Task<Result<Response>> post_message(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  chat::Turn turn;
  turn.content = fields.text("content", content_limits);
  CO_TRY_VOID(fields.finish());
  auto admitting = admit(parts, std::move(context), request);
  CO_TRY(auto visit, co_await std::move(admitting));
  auto counting = parts->visitors.count_message(visit.context, visit.agent->widget, visit.session,
                                                address_key(request));
  CO_TRY_VOID(co_await std::move(counting));
  turn.session = visit.session.session;
  turn.is_visitors = true;
  auto is_stream = request.header("accept").contains("text/event-stream");
  auto deadline = std::chrono::steady_clock::now() + turn_time_max;
  if (is_stream) {
    auto produce = [parts, turn = std::move(turn), tenant = visit.context.tenant,
                    slug = visit.agent->slug,
                    deadline](CallContext streaming, EventWriter& events) mutable {
      streaming.tenant = tenant;
      streaming.user = {};
      streaming.deadline = std::min(streaming.deadline, deadline);
      return stream_turn(parts, std::move(streaming), std::move(turn), std::move(slug), events);
    };
    co_return event_stream(std::move(produce));
  }
  visit.context.deadline = std::min(visit.context.deadline, deadline);
  CO_TRY(auto answer, co_await parts->chat.answer(visit.context, std::move(turn)));
  co_return ok_response(
      [&](JsonWriter& writer) { write_visitor_answer(writer, visit.agent->slug, answer); });
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
  auto shared = std::make_shared<VisitorChatParts>(std::move(parts));  // by the handlers
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
  // Counted by what the agent allows its visitors.
  RouteOptions turn{.body_bytes_max = 128 * 1024,
                    .rate = RateClass::none,
                    .is_streaming = true,
                    .origins = of_agent};
  std::vector<Route> routes;
  routes.push_back({Method::get, "/aiva/chat/:slugOrId", anyone, bind(get_page), free});
  routes.push_back(
      {Method::post, "/aiva/chat/:slugOrId/sessions", anyone, bind(open_session), opening});
  routes.push_back(
      {Method::get, "/aiva/chat/:slugOrId/messages", anyone, bind(list_messages), reading});
  routes.push_back(
      {Method::post, "/aiva/chat/:slugOrId/messages", anyone, bind(post_message), turn});
  routes.push_back(
      {Method::get, "/aiva/chat/:slugOrId/images/:filename", anyone, bind(view_image), reading});
  constexpr std::string_view script = "text/javascript; charset=utf-8";
  routes.push_back(
      {Method::get, "/aiva/chat-page.js", anyone, serve_file(script, chat_page_script), free});
  routes.push_back({Method::get, "/aiva/chat-page.css", anyone,
                    serve_file("text/css; charset=utf-8", chat_page_style), free});
  routes.push_back(
      {Method::get, "/aiva/widget.js", anyone, serve_file(script, chat_widget_script), free});
  return routes;
}

}  // namespace aiva::http
