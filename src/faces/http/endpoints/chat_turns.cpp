#include "faces/http/endpoints/chat_turns.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "faces/http/endpoints/chat_fields.h"
#include "faces/http/endpoints/chat_json.h"
#include "faces/http/endpoints/chat_stream.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

using chat::Chat;
using identity::Permission;

constexpr json::Fields::TextLimits content_limits{.length_min = 1, .length_max = 32'000};
constexpr json::Fields::TextLimits short_limits{.length_max = 200};
constexpr std::uint64_t message_body_max = std::uint64_t{28} * 1024 * 1024;  // with its pictures
// A model may think for long, but no call is without an end.
constexpr std::chrono::minutes turn_time_max{5};

bool wants_stream(const Request& request, bool is_asked) {
  return is_asked || request.header("accept").find("text/event-stream") != std::string_view::npos;
}

// How a client wants its answer.
struct Wish {
  bool is_stream = false;
  bool is_resumable = false;
};

Wish read_wish(json::Fields& fields, const Request& request) {
  Wish wish{.is_stream = wants_stream(request, fields.boolean("stream", false)),
            .is_resumable = fields.boolean("resumable", false)};
  if (wish.is_resumable && !wish.is_stream)
    fields.add_error("resumable", "only streams can be resumed");
  return wish;
}

Task<Result<Response>> run_turn(Chat& chat, CallContext context, chat::Turn turn, Wish wish) {
  if (wish.is_resumable) co_return stream_resumable_turn(chat, context, std::move(turn));
  if (wish.is_stream) co_return stream_turn(chat, context, std::move(turn));
  context.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + turn_time_max);
  CO_TRY(auto answer, co_await chat.answer(context, std::move(turn)));
  co_return ok_response([&](JsonWriter& writer) { write_chat_answer(writer, answer); });
}

std::string read_client_message(json::Fields& fields) {
  return fields.optional_text("client_message_id", short_limits).value_or(std::string());
}

Task<Result<Response>> post_message(Chat& chat, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<ChatSessionId>("sessionId"));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  chat::Turn turn{.session = id,
                  .content = fields.text("content", content_limits),
                  .images = read_images(fields),
                  .client_message = read_client_message(fields)};
  auto role = fields.optional_text("role", short_limits);
  if (role && *role != "user") fields.add_error("role", "must be user");
  auto wish = read_wish(fields, request);
  CO_TRY_VOID(fields.finish());
  auto response = co_await run_turn(chat, context, std::move(turn), wish);
  co_return response;
}

Task<Result<Response>> cancel_message(Chat& chat, CallContext context, Request& request) {
  CO_TRY(auto session, request.id<ChatSessionId>("sessionId"));
  CO_TRY(auto message, request.id<MessageId>("messageId"));
  CO_TRY_VOID(co_await chat.cancel(context, session, message));
  co_return done_response();
}

Task<Result<Response>> resume_turn(Chat& chat, CallContext context, Request& request) {
  CO_TRY(auto session, request.id<ChatSessionId>("sessionId"));
  CO_TRY(auto turn, request.id<MessageId>("turnId"));
  CO_TRY(auto after, last_event_of(request));
  co_return follow_turn(chat, context, session, turn, after);
}

// One message with the session made on the way when none is named.
Task<Result<Response>> send_message(Chat& chat, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto session = read_id<ChatSessionId>(fields, "session_id");
  chat::NewSession fresh{.agent = read_id<AgentId>(fields, "agent_id"),
                         .knowledge_base = read_id<KnowledgeBaseId>(fields, "kb_id")};
  chat::Turn turn{.content = fields.text("message", content_limits),
                  .images = read_images(fields),
                  .client_message = read_client_message(fields)};
  auto wish = read_wish(fields, request);
  CO_TRY_VOID(fields.finish());
  if (session) {
    turn.session = *session;
  } else {
    CO_TRY(auto created, co_await chat.create_session(context, std::move(fresh)));
    turn.session = created.id;
  }
  auto response = co_await run_turn(chat, context, std::move(turn), wish);
  co_return response;
}

}  // namespace

std::vector<Route> chat_turn_routes(Chat& chat) {
  auto bind = [&chat](auto handler) -> Handler {
    return [&chat, handler](CallContext context, Request& request) {
      return handler(chat, std::move(context), request);
    };
  };
  auto may_chat = Right::needs(Permission::chat);
  RouteOptions streaming{.body_bytes_max = message_body_max, .is_streaming = true};
  std::vector<Route> routes;
  routes.push_back(
      {Method::post, "/api/chat/:sessionId/messages", may_chat, bind(post_message), streaming});
  routes.push_back({Method::post, "/api/chat/message", may_chat, bind(send_message), streaming});
  routes.push_back({Method::get,
                    "/api/chat/:sessionId/turns/:turnId/events",
                    may_chat,
                    bind(resume_turn),
                    {.is_streaming = true}});
  routes.push_back({Method::post,
                    "/api/chat/:sessionId/messages/:messageId/cancel",
                    may_chat,
                    bind(cancel_message),
                    {.body = BodyKind::none}});
  return routes;
}

}  // namespace aiva::http
