#include "faces/http/endpoints/chat.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "faces/http/endpoints/chat_json.h"
#include "faces/http/endpoints/paging.h"
#include "foundation/json.h"
#include "foundation/log.h"

namespace aiva::http {
namespace {

using chat::Chat;
using identity::Permission;

constexpr json::Fields::TextLimits content_limits{.length_min = 1, .length_max = 32'000};
constexpr json::Fields::TextLimits short_limits{.length_max = 200};
// A model may think for long, but no call is without an end.
constexpr std::chrono::minutes turn_time_max{5};

// The id under `name`, if it is there.
template <class IdType>
std::optional<IdType> read_id(json::Fields& fields, std::string_view name) {
  auto text = fields.optional_text(name, short_limits);
  if (!text) return std::nullopt;
  auto id = IdType::parse(*text);
  if (!id) fields.add_error(name, "must be an id");
  return id;
}

knowledge::PageRequest page_of(Page page) { return {.page = page.page, .limit = page.limit}; }

Response session_response(const chat::Session& session, int status = 200) {
  return ok_response([&](JsonWriter& writer) { write_chat_session(writer, session); }, status);
}

Task<Result<Response>> create_session(Chat& chat, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  chat::NewSession session{
      .knowledge_base = read_id<KnowledgeBaseId>(fields, "kb_id"),
      .title = fields.optional_text("title", short_limits).value_or(std::string()),
      .user_name = fields.optional_text("user_name", short_limits).value_or(std::string())};
  if (const auto* metadata = fields.object("metadata")) session.metadata = json::to_text(*metadata);
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto created, co_await chat.create_session(context, std::move(session)));
  co_return session_response(created, 201);
}

Task<Result<Response>> list_sessions(Chat& chat, CallContext context, Request& request) {
  CO_TRY(auto page, request.page());
  Chat::SessionFilter filter{.page = page_of(page)};
  if (auto status = request.query_text("status")) filter.status = std::string(*status);
  CO_TRY(auto sessions, co_await chat.sessions(context, std::move(filter)));
  co_return page_response(sessions.items, sessions.total, page, write_chat_session);
}

Task<Result<Response>> get_session(Chat& chat, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<ChatSessionId>("sessionId"));
  CO_TRY(auto session, co_await chat.session(context, id));
  co_return session_response(session);
}

Task<Result<Response>> end_session(Chat& chat, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<ChatSessionId>("sessionId"));
  CO_TRY_VOID(co_await chat.end_session(context, id));
  CO_TRY(auto session, co_await chat.session(context, id));
  co_return session_response(session);
}

Task<Result<Response>> answer_messages(Chat& chat, CallContext context, ChatSessionId id,
                                       Page page) {
  CO_TRY(auto messages, co_await chat.messages(context, id, page_of(page)));
  co_return page_response(messages.items, messages.total, page, write_chat_message);
}

Task<Result<Response>> list_messages(Chat& chat, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<ChatSessionId>("sessionId"));
  CO_TRY(auto page, request.page());
  auto response = co_await answer_messages(chat, context, id, page);
  co_return response;
}

Task<Result<Response>> get_history(Chat& chat, CallContext context, Request& request) {
  auto text = request.query_text("session_id");
  auto id = ChatSessionId::parse(text.value_or(std::string_view()));
  if (!id) co_return fail(invalid_field("session_id", "must be an id"));
  CO_TRY(auto page, request.page());
  auto response = co_await answer_messages(chat, context, *id, page);
  co_return response;
}

// Sends one event of a turn.
Task<Result<void>> send_event(EventWriter& events, chat::TurnEvent event) {
  std::string data;
  JsonWriter writer(data);
  writer.begin_object();
  bool is_delta = event.kind == chat::TurnEvent::Kind::delta;
  if (is_delta) {
    writer.field("text", event.text);
  } else {
    writer.key("sources");
    write_chat_sources(writer, event.sources);
  }
  writer.end_object();
  auto sending = events.send(is_delta ? "delta" : "sources", std::move(data));
  auto sent = co_await std::move(sending);
  co_return sent;
}

Task<Result<void>> send_failure(EventWriter& events, Error error) {
  std::string data;
  JsonWriter(data)
      .begin_object()
      .field("code", to_string(error.code))
      .field("message", error.message)
      .end_object();
  auto sending = events.send("error", std::move(data));
  auto sent = co_await std::move(sending);
  co_return sent;
}

// Runs a turn as a stream of events. A failure before the first event becomes an HTTP error, a
// later one the event `error`.
Task<Result<void>> stream_turn(Chat& chat, CallContext context, chat::Turn turn,
                               EventWriter& events) {
  context.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + turn_time_max);
  bool has_begun = false;
  turn.listener = [&events, &has_begun](chat::TurnEvent event) {
    has_begun = true;
    return send_event(events, std::move(event));
  };
  auto answer = co_await chat.answer(context, std::move(turn));
  if (!answer) {
    if (!has_begun) co_return fail(std::move(answer.error()));
    log::failure("A chat turn failed while it streamed", context, answer.error());
    auto told = co_await send_failure(events, std::move(answer.error()));
    co_return told;
  }
  std::string data;
  JsonWriter writer(data);
  write_chat_answer(writer, *answer);
  auto sending = events.send("done", std::move(data));
  auto sent = co_await std::move(sending);
  co_return sent;
}

bool wants_stream(const Request& request, bool is_asked) {
  return is_asked || request.header("accept").find("text/event-stream") != std::string_view::npos;
}

Task<Result<Response>> run_turn(Chat& chat, CallContext context, chat::Turn turn, bool is_stream) {
  if (is_stream) {
    auto produce = [&chat, turn = std::move(turn), tenant = context.tenant, user = context.user](
                       CallContext streaming, EventWriter& events) mutable {
      streaming.tenant = tenant;
      streaming.user = user;
      return stream_turn(chat, std::move(streaming), std::move(turn), events);
    };
    co_return event_stream(std::move(produce));
  }
  context.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + turn_time_max);
  CO_TRY(auto answer, co_await chat.answer(context, std::move(turn)));
  co_return ok_response([&](JsonWriter& writer) { write_chat_answer(writer, answer); });
}

Task<Result<Response>> post_message(Chat& chat, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<ChatSessionId>("sessionId"));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  chat::Turn turn{.session = id, .content = fields.text("content", content_limits)};
  auto role = fields.optional_text("role", short_limits);
  if (role && *role != "user") fields.add_error("role", "must be user");
  bool is_stream = wants_stream(request, fields.boolean("stream", false));
  CO_TRY_VOID(fields.finish());
  auto response = co_await run_turn(chat, context, std::move(turn), is_stream);
  co_return response;
}

// One message with the session made on the way when none is named.
Task<Result<Response>> send_message(Chat& chat, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto session = read_id<ChatSessionId>(fields, "session_id");
  auto base = read_id<KnowledgeBaseId>(fields, "kb_id");
  chat::Turn turn{.content = fields.text("message", content_limits)};
  if (fields.has("image")) fields.add_error("image", "images in chat are not available yet");
  bool is_stream = wants_stream(request, fields.boolean("stream", false));
  CO_TRY_VOID(fields.finish());
  if (session) {
    turn.session = *session;
  } else {
    chat::NewSession fresh{.knowledge_base = base};
    CO_TRY(auto created, co_await chat.create_session(context, std::move(fresh)));
    turn.session = created.id;
  }
  auto response = co_await run_turn(chat, context, std::move(turn), is_stream);
  co_return response;
}

}  // namespace

std::vector<Route> chat_routes(Chat& chat) {
  auto bind = [&chat](auto handler) -> Handler {
    return [&chat, handler](CallContext context, Request& request) {
      return handler(chat, std::move(context), request);
    };
  };
  auto may_chat = Right::needs(Permission::chat);
  RouteOptions streaming{.is_streaming = true};
  std::vector<Route> routes;
  routes.push_back({Method::post, "/api/chat/sessions", may_chat, bind(create_session)});
  routes.push_back({Method::get, "/api/chat/sessions", may_chat, bind(list_sessions)});
  routes.push_back({Method::get, "/api/chat/sessions/:sessionId", may_chat, bind(get_session)});
  routes.push_back({Method::post,
                    "/api/chat/sessions/:sessionId/end",
                    may_chat,
                    bind(end_session),
                    {.body = BodyKind::none}});
  routes.push_back({Method::get, "/api/chat/:sessionId/messages", may_chat, bind(list_messages)});
  routes.push_back(
      {Method::post, "/api/chat/:sessionId/messages", may_chat, bind(post_message), streaming});
  routes.push_back({Method::post, "/api/chat/message", may_chat, bind(send_message), streaming});
  routes.push_back({Method::get, "/api/chat/history", may_chat, bind(get_history)});
  return routes;
}

}  // namespace aiva::http
