#include "faces/http/endpoints/chat_people.h"

#include <algorithm>
#include <string>
#include <utility>

#include "faces/http/endpoints/chat_json.h"
#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/query_fields.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

using chat::People;
using identity::Permission;

constexpr json::Fields::TextLimits content_limits{.length_min = 1, .length_max = 32'000};
constexpr json::Fields::TextLimits text_limits{.length_max = 4000};
constexpr json::Fields::TextLimits short_limits{.length_max = 200};
constexpr UnixMs day_ms = 24LL * 60 * 60 * 1000;

Response session_response(const chat::Session& session) {
  return ok_response([&](JsonWriter& writer) { write_chat_session(writer, session); });
}

void write_inbox_entry(JsonWriter& writer, const chat::InboxEntry& entry) {
  writer.begin_object().key("session");
  write_chat_session(writer, entry.session);
  writer.field("reason", entry.reason)
      .field("queue", entry.queue)
      .field("waiting_since", to_iso8601(entry.waiting_since));
  if (entry.claimed_by.is_nil())
    writer.null_field("claimed_by");
  else
    writer.field("claimed_by", entry.claimed_by);
  writer.end_object();
}

void write_feedback(JsonWriter& writer, const chat::Feedback& feedback) {
  writer.begin_object().field("message_id", feedback.message).field("session_id", feedback.session);
  if (feedback.agent)
    writer.field("agent_id", *feedback.agent);
  else
    writer.null_field("agent_id");
  writer.field("rating", feedback.rating > 0 ? "up" : "down")
      .field("comment", feedback.comment)
      .field("created_at", to_iso8601(feedback.created_at))
      .field("updated_at", to_iso8601(feedback.updated_at))
      .end_object();
}

int rating_of(std::string_view text) {
  if (text == "up") return 1;
  return text == "down" ? -1 : 0;
}

Task<Result<Response>> ask_for_person(People& people, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<ChatSessionId>("sessionId"));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto reason = fields.optional_text("reason", text_limits).value_or(std::string());
  auto queue = fields.optional_text("queue", short_limits).value_or(std::string());
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto session,
         co_await people.ask_for_person(context, id, std::move(reason), std::move(queue)));
  co_return session_response(session);
}

Task<Result<Response>> list_inbox(People& people, CallContext context, Request& request) {
  CO_TRY(auto wanted, read_list_request(request, "chat_inbox"));
  chat::InboxFilter filter{.page = wanted.as<knowledge::PageRequest>()};
  if (auto state = request.query_text("state")) filter.state = std::string(*state);
  if (auto queue = request.query_text("queue")) filter.queue = std::string(*queue);
  CO_TRY(auto entries, co_await people.inbox(context, std::move(filter)));
  auto position = [](const chat::InboxEntry& entry) {
    return ListPosition{.key = entry.waiting_since, .id = {entry.session.id.uuid}};
  };
  co_return list_response(entries, wanted, write_inbox_entry, position);
}

Task<Result<Response>> claim(People& people, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<ChatSessionId>("sessionId"));
  CO_TRY(auto session, co_await people.claim(context, id));
  co_return session_response(session);
}

Task<Result<Response>> reply(People& people, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<ChatSessionId>("sessionId"));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto content = fields.text("content", content_limits);
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto message, co_await people.reply(context, id, std::move(content)));
  co_return ok_response([&](JsonWriter& writer) { write_chat_message(writer, message); }, 201);
}

Task<Result<Response>> give_back(People& people, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<ChatSessionId>("sessionId"));
  CO_TRY(auto session, co_await people.give_back(context, id));
  co_return session_response(session);
}

Task<Result<Response>> rate(People& people, CallContext context, Request& request) {
  CO_TRY(auto session, request.id<ChatSessionId>("sessionId"));
  CO_TRY(auto message, request.id<MessageId>("messageId"));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto rating = rating_of(fields.text("rating", short_limits));
  if (rating == 0) fields.add_error("rating", "must be up or down");
  auto comment = fields.optional_text("comment", text_limits).value_or(std::string());
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto feedback,
         co_await people.rate(context, session, message, rating, std::move(comment)));
  co_return ok_response([&](JsonWriter& writer) { write_feedback(writer, feedback); });
}

Task<Result<Response>> withdraw_rating(People& people, CallContext context, Request& request) {
  CO_TRY(auto session, request.id<ChatSessionId>("sessionId"));
  CO_TRY(auto message, request.id<MessageId>("messageId"));
  CO_TRY_VOID(co_await people.withdraw_rating(context, session, message));
  co_return done_response();
}

Response report_response(const chat::FeedbackReport& found, const ListRequest& wanted) {
  const auto& items = found.entries.items;
  auto shown = std::min(items.size(), static_cast<std::size_t>(wanted.page.limit));
  return ok_response([&](JsonWriter& writer) {
    writer.begin_object()
        .field("up", found.helpful)
        .field("down", found.unhelpful)
        .field("total", found.entries.total);
    if (!wanted.after) writer.field("page", wanted.page.page);
    writer.field("limit", wanted.page.limit).key("items").begin_array();
    for (std::size_t i = 0; i < shown; ++i) write_feedback(writer, items[i]);
    writer.end_array();
    if (wanted.goes_on(items.size(), found.entries.total)) {
      ListPosition last{.key = items[shown - 1].created_at, .id = {items[shown - 1].message.uuid}};
      writer.field("next_cursor", make_cursor(wanted.list, last));
    } else {
      writer.null_field("next_cursor");
    }
    writer.end_object();
  });
}

Task<Result<Response>> report(People& people, CallContext context, Request& request) {
  CO_TRY(auto wanted, read_list_request(request, "chat_feedback"));
  CO_TRY(auto days, request.query_integer("days", 30, 1, 3650));
  chat::FeedbackFilter filter{.since = unix_ms_now() - days * day_ms,
                              .page = wanted.as<knowledge::PageRequest>()};
  CO_TRY(filter.agent, query_id<AgentId>(request, "agentId"));
  if (auto rating = request.query_text("rating")) {
    filter.rating = rating_of(*rating);
    if (*filter.rating == 0) co_return fail(invalid_field("rating", "must be up or down"));
  }
  CO_TRY(auto found, co_await people.feedback(context, filter));
  co_return report_response(found, wanted);
}

}  // namespace

std::vector<Route> chat_people_routes(People& people) {
  auto bind = [&people](auto handler) -> Handler {
    return [&people, handler](CallContext context, Request& request) {
      return handler(people, std::move(context), request);
    };
  };
  auto may_chat = Right::needs(Permission::chat);
  auto may_read = Right::needs(Permission::agents_read);
  auto may_answer = Right::needs(Permission::agents_write);
  RouteOptions bare{.body = BodyKind::none};
  std::vector<Route> routes;
  auto add = [&routes](Route route) { routes.push_back(std::move(route)); };
  add({Method::post, "/api/chat/sessions/:sessionId/transfer", may_chat, bind(ask_for_person)});
  add({Method::get, "/api/chat/inbox", may_read, bind(list_inbox)});
  add({Method::post, "/api/chat/sessions/:sessionId/claim", may_answer, bind(claim), bare});
  add({Method::post, "/api/chat/sessions/:sessionId/replies", may_answer, bind(reply)});
  add({Method::post, "/api/chat/sessions/:sessionId/give-back", may_answer, bind(give_back), bare});
  add({Method::put, "/api/chat/:sessionId/messages/:messageId/feedback", may_chat, bind(rate)});
  add({Method::del, "/api/chat/:sessionId/messages/:messageId/feedback", may_chat,
       bind(withdraw_rating)});
  add({Method::get, "/api/chat/feedback", may_read, bind(report)});
  return routes;
}

}  // namespace aiva::http
