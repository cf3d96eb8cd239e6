#include "faces/http/endpoints/visitor_turns.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "faces/http/endpoints/chat_stream.h"
#include "faces/http/endpoints/visitor_chat_json.h"
#include "faces/http/endpoints/visitor_origin.h"
#include "foundation/json.h"
#include "foundation/log.h"

namespace aiva::http {
namespace {

using PartsPointer = VisitorPartsPointer;

constexpr json::Fields::TextLimits content_limits{.length_min = 1, .length_max = 32'000};
constexpr json::Fields::TextLimits comment_limits{.length_max = 1000};
constexpr json::Fields::TextLimits short_limits{.length_max = 200};
constexpr std::chrono::minutes turn_time_max{5};

// What a visitor hears of a turn. What it reads and which functions it calls stays with the
// agent's people.
chat::StreamEvent event_of(const chat::TurnEvent& event) {
  if (event.kind != chat::TurnEvent::Kind::delta) return {.name = "working", .data = "{}"};
  chat::StreamEvent made{.name = "delta"};
  JsonWriter(made.data).begin_object().field("text", event.text).end_object();
  return made;
}

chat::StreamEvent last_event(const std::string& slug, const Result<chat::Answer>& answer) {
  chat::StreamEvent made{.name = answer ? "done" : "error"};
  JsonWriter writer(made.data);
  if (answer)
    write_visitor_answer(writer, slug, *answer);
  else
    writer.begin_object()
        .field("code", to_string(answer.error().code))
        .field("message", answer.error().message)
        .end_object();
  return made;
}

chat::StreamEvent first_event(ChatSessionId session, MessageId turn) {
  chat::StreamEvent made{.name = "turn"};
  JsonWriter(made.data)
      .begin_object()
      .field("turn_id", turn)
      .field("session_id", session)
      .end_object();
  return made;
}

Task<Result<void>> send(EventWriter& events, chat::StreamEvent event) {
  auto sending = events.send(std::move(event.name), std::move(event.data));
  auto sent = co_await std::move(sending);
  co_return sent;
}

// Runs a turn as a stream of events. A failure before the first event becomes an HTTP error, a
// later one the event `error`.
Task<Result<void>> stream_turn(PartsPointer parts, CallContext context, chat::Turn turn,
                               std::string slug, EventWriter& events) {
  bool has_begun = false;
  turn.listener = [&events, &has_begun](chat::TurnEvent event) {
    has_begun = true;
    return send(events, event_of(event));
  };
  auto answer = co_await parts->chat.answer(context, std::move(turn));
  if (!answer) {
    if (!has_begun && !events.is_started()) co_return fail(std::move(answer.error()));
    log::failure("A visitor's turn failed while it streamed", context, answer.error());
  }
  auto sending = send(events, last_event(slug, answer));
  auto sent = co_await std::move(sending);
  co_return sent;
}

Task<Result<void>> begin_turn(PartsPointer parts, CallContext context, chat::Turn turn,
                              std::string slug, EventWriter& events) {
  chat::StreamFormat format{
      .begin = [session = turn.session](MessageId id) { return first_event(session, id); },
      .event = event_of,
      .end = [slug](const Result<chat::Answer>& answer) { return last_event(slug, answer); }};
  auto beginning = parts->chat.resumable().begin(context, std::move(turn), std::move(format));
  CO_TRY(auto follower, co_await std::move(beginning));
  auto telling = tell_turn(std::move(context), std::move(follower), events);
  auto told = co_await std::move(telling);
  co_return told;
}

Task<Result<void>> go_on_with_turn(PartsPointer parts, CallContext context, ChatSessionId session,
                                   MessageId turn, std::int64_t after, EventWriter& events) {
  auto following = parts->chat.resumable().follow(context, session, turn, after);
  CO_TRY(auto follower, co_await std::move(following));
  auto telling = tell_turn(std::move(context), std::move(follower), events);
  auto told = co_await std::move(telling);
  co_return told;
}

CallContext as_visitor(CallContext streaming, TenantId tenant) {
  streaming.tenant = tenant;
  streaming.user = {};
  return streaming;
}

Response answer_as_stream(PartsPointer parts, const Visit& visit, chat::Turn turn,
                          bool is_resumable) {
  auto deadline = std::chrono::steady_clock::now() + turn_time_max;
  auto produce = [parts = std::move(parts), turn = std::move(turn), tenant = visit.context.tenant,
                  slug = visit.agent->slug, deadline,
                  is_resumable](CallContext streaming, EventWriter& events) mutable {
    auto context = as_visitor(std::move(streaming), tenant);
    if (is_resumable)
      return begin_turn(parts, std::move(context), std::move(turn), std::move(slug), events);
    context.deadline = std::min(context.deadline, deadline);
    return stream_turn(parts, std::move(context), std::move(turn), std::move(slug), events);
  };
  return event_stream(std::move(produce));
}

Task<Result<Response>> post_message(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  chat::Turn turn;
  turn.content = fields.text("content", content_limits);
  turn.client_message =
      fields.optional_text("client_message_id", short_limits).value_or(std::string());
  auto is_resumable = fields.boolean("resumable", false);
  auto is_stream = request.header("accept").contains("text/event-stream");
  if (is_resumable && !is_stream) fields.add_error("resumable", "only streams can be resumed");
  CO_TRY_VOID(fields.finish());
  auto admitting = admit_visitor(parts, std::move(context), request);
  CO_TRY(auto visit, co_await std::move(admitting));
  auto counting = parts->visitors.count_message(visit.context, visit.agent->widget, visit.session,
                                                address_key(request));
  CO_TRY_VOID(co_await std::move(counting));
  turn.session = visit.session.session;
  turn.is_visitors = true;
  if (is_stream) co_return answer_as_stream(parts, visit, std::move(turn), is_resumable);
  auto deadline = std::chrono::steady_clock::now() + turn_time_max;
  visit.context.deadline = std::min(visit.context.deadline, deadline);
  CO_TRY(auto answer, co_await parts->chat.answer(visit.context, std::move(turn)));
  co_return ok_response(
      [&](JsonWriter& writer) { write_visitor_answer(writer, visit.agent->slug, answer); });
}

Task<Result<Response>> resume_turn(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto turn, request.id<MessageId>("turnId"));
  CO_TRY(auto after, last_event_of(request));
  auto admitting = admit_visitor(parts, std::move(context), request);
  CO_TRY(auto visit, co_await std::move(admitting));
  auto produce = [parts, turn, after, session = visit.session.session,
                  tenant = visit.context.tenant](CallContext streaming, EventWriter& events) {
    auto context = as_visitor(std::move(streaming), tenant);
    return go_on_with_turn(parts, std::move(context), session, turn, after, events);
  };
  co_return event_stream(std::move(produce));
}

Task<Result<Response>> cancel_message(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto message, request.id<MessageId>("messageId"));
  auto admitting = admit_visitor(parts, std::move(context), request);
  CO_TRY(auto visit, co_await std::move(admitting));
  CO_TRY_VOID(co_await parts->chat.cancel(visit.context, visit.session.session, message));
  co_return done_response();
}

Task<Result<Response>> rate_message(PartsPointer parts, CallContext context, Request& request) {
  CO_TRY(auto message, request.id<MessageId>("messageId"));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto rating = fields.text("rating", short_limits);
  auto comment = fields.optional_text("comment", comment_limits).value_or(std::string());
  if (rating != "up" && rating != "down" && rating != "none")
    fields.add_error("rating", "must be up, down or none");
  CO_TRY_VOID(fields.finish());
  auto admitting = admit_visitor(parts, std::move(context), request);
  CO_TRY(auto visit, co_await std::move(admitting));
  if (parts->people == nullptr) co_return fail(ErrorCode::not_found, "There is no such answer");
  auto session = visit.session.session;
  if (rating == "none") {
    CO_TRY_VOID(co_await parts->people->withdraw_rating(visit.context, session, message));
    co_return done_response();
  }
  auto rating_it = parts->people->rate(visit.context, session, message, rating == "up" ? 1 : -1,
                                       std::move(comment));
  CO_TRY_VOID(co_await std::move(rating_it));
  co_return done_response();
}

}  // namespace

std::vector<Route> visitor_turn_routes(VisitorPartsPointer parts, OriginRule origins) {
  auto bind = [&parts](auto handler) -> Handler {
    return [parts, handler](CallContext context, Request& request) {
      return handler(parts, std::move(context), request);
    };
  };
  auto anyone = Right::anyone();
  // Counted by what the agent allows its visitors.
  RouteOptions turn{.body_bytes_max = 128 * 1024,
                    .rate = RateClass::none,
                    .is_streaming = true,
                    .origins = origins};
  RouteOptions resuming{
      .body = BodyKind::none, .rate = RateClass::none, .is_streaming = true, .origins = origins};
  RouteOptions bare{.body = BodyKind::none, .origins = origins};
  RouteOptions rating{.body_bytes_max = 8 * 1024, .origins = origins};
  std::vector<Route> routes;
  auto add = [&routes](Route route) { routes.push_back(std::move(route)); };
  add({Method::post, "/aiva/chat/:slugOrId/messages", anyone, bind(post_message), turn});
  add({Method::get, "/aiva/chat/:slugOrId/turns/:turnId/events", anyone, bind(resume_turn),
       resuming});
  add({Method::post, "/aiva/chat/:slugOrId/messages/:messageId/cancel", anyone,
       bind(cancel_message), bare});
  add({Method::post, "/aiva/chat/:slugOrId/messages/:messageId/feedback", anyone,
       bind(rate_message), rating});
  return routes;
}

}  // namespace aiva::http
