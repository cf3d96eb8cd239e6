#include "faces/http/endpoints/chat.h"

#include <array>
#include <string_view>
#include <utility>

#include "faces/http/endpoints/chat_fields.h"
#include "faces/http/endpoints/chat_json.h"
#include "faces/http/endpoints/chat_turns.h"
#include "faces/http/endpoints/paging.h"
#include "faces/http/endpoints/query_fields.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

using chat::Chat;
using identity::Permission;

constexpr json::Fields::TextLimits short_limits{.length_max = 200};
constexpr std::array<std::string_view, 2> session_statuses = {"active", "ended"};
constexpr std::string_view found_list = "chat_sessions_found";

Response session_response(const chat::Session& session, int status = 200) {
  return ok_response([&](JsonWriter& writer) { write_chat_session(writer, session); }, status);
}

Task<Result<Response>> create_session(Chat& chat, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  chat::NewSession session{
      .agent = read_id<AgentId>(fields, "agent_id"),
      .knowledge_base = read_id<KnowledgeBaseId>(fields, "kb_id"),
      .title = fields.optional_text("title", short_limits).value_or(std::string()),
      .user_name = fields.optional_text("user_name", short_limits).value_or(std::string())};
  if (const auto* metadata = fields.object("metadata")) session.metadata = json::to_text(*metadata);
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto created, co_await chat.create_session(context, std::move(session)));
  co_return session_response(created, 201);
}

Result<chat::ConversationQuery> read_conversation_query(Request& request, std::string_view words,
                                                        const ListRequest& wanted) {
  chat::ConversationQuery query{
      .words = std::string(words), .limit = wanted.page.limit, .after = wanted.after};
  TRY(query.status, query_choice(request, "status", session_statuses));
  const auto* agent = request.query_text("agentId") ? "agentId" : "agent_id";
  TRY(query.agent, query_id<AgentId>(request, agent));
  return query;
}

Task<Result<Response>> find_sessions(chat::ConversationSearch& search, CallContext context,
                                     Request& request, std::string words) {
  CO_TRY(auto wanted, read_found_request(request, found_list));
  CO_TRY(auto query, read_conversation_query(request, words, wanted));
  auto finding = search.find(std::move(context), std::move(query));
  CO_TRY(auto found, co_await std::move(finding));
  co_return found_response(found, wanted, write_found_conversation);
}

Task<Result<Response>> list_sessions(Chat& chat, CallContext context, Request& request) {
  CO_TRY(auto wanted, read_list_request(request, "chat_sessions"));
  Chat::SessionFilter filter{.page = wanted.as<knowledge::PageRequest>()};
  CO_TRY(filter.status, query_choice(request, "status", session_statuses));
  const auto* agent = request.query_text("agentId") ? "agentId" : "agent_id";
  CO_TRY(filter.agent, query_id<AgentId>(request, agent));
  CO_TRY(auto sessions, co_await chat.sessions(context, std::move(filter)));
  co_return list_response(sessions, wanted, write_chat_session);
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
                                       ListRequest wanted) {
  auto page = wanted.as<knowledge::PageRequest>();
  CO_TRY(auto messages, co_await chat.messages(context, id, page));
  auto position = [](const chat::Message& message) {
    return ListPosition{.key = message.sequence_number, .id = {message.id.uuid}};
  };
  co_return list_response(messages, wanted, write_chat_message, position);
}

Task<Result<Response>> list_messages(Chat& chat, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<ChatSessionId>("sessionId"));
  CO_TRY(auto wanted, read_list_request(request, "chat_messages"));
  auto response = co_await answer_messages(chat, context, id, wanted);
  co_return response;
}

Task<Result<Response>> get_history(Chat& chat, CallContext context, Request& request) {
  auto text = request.query_text("session_id");
  auto id = ChatSessionId::parse(text.value_or(std::string_view()));
  if (!id) co_return fail(invalid_field("session_id", "must be an id"));
  CO_TRY(auto wanted, read_list_request(request, "chat_messages"));
  auto response = co_await answer_messages(chat, context, *id, wanted);
  co_return response;
}

}  // namespace

std::vector<Route> chat_routes(Chat& chat, chat::ConversationSearch& search) {
  auto bind = [&chat](auto handler) -> Handler {
    return [&chat, handler](CallContext context, Request& request) {
      return handler(chat, std::move(context), request);
    };
  };
  auto may_chat = Right::needs(Permission::chat);
  std::vector<Route> routes = chat_turn_routes(chat);
  routes.push_back({Method::post, "/api/chat/sessions", may_chat, bind(create_session)});
  auto list_or_find = [&chat, &search](CallContext context, Request& request) {
    if (auto words = request.query_text("q"))
      return find_sessions(search, std::move(context), request, std::string(*words));
    return list_sessions(chat, std::move(context), request);
  };
  routes.push_back({Method::get, "/api/chat/sessions", may_chat, list_or_find});
  routes.push_back({Method::get, "/api/chat/sessions/:sessionId", may_chat, bind(get_session)});
  routes.push_back({Method::post,
                    "/api/chat/sessions/:sessionId/end",
                    may_chat,
                    bind(end_session),
                    {.body = BodyKind::none}});
  routes.push_back({Method::get, "/api/chat/:sessionId/messages", may_chat, bind(list_messages)});
  routes.push_back({Method::get, "/api/chat/history", may_chat, bind(get_history)});
  return routes;
}

}  // namespace aiva::http
