#include "faces/http/endpoints/agent_trial.h"

#include <chrono>
#include <string>
#include <utility>

#include "faces/http/endpoints/chat_json.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

using chat::Chat;

constexpr json::Fields::TextLimits content_limits{.length_min = 1, .length_max = 32'000};
constexpr json::Fields::TextLimits role_limits{.length_max = 20};
constexpr std::size_t history_max = 50;

// What was said before, oldest first.
std::vector<ChatMessage> read_history(json::Fields& fields) {
  std::vector<ChatMessage> history;
  const auto* array = fields.array("history", history_max);
  if (array == nullptr) return history;
  for (const auto& item : *array) {
    json::Fields message(item, "history");
    auto role = message.text("role", role_limits);
    auto content = message.text("content", content_limits);
    if (role != "user" && role != "assistant") message.add_error("role", "must be user, assistant");
    if (auto read = message.finish(); !read) {
      for (auto& detail : read.error().details)
        fields.add_error(detail.field, std::move(detail.message));
      return history;
    }
    history.push_back({.role = role == "user" ? ChatRole::user : ChatRole::assistant,
                       .content = std::move(content)});
  }
  return history;
}

Task<Result<Response>> try_agent(Chat& chat, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<AgentId>("agentId"));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  chat::CompletionRequest asked{.agent = id.to_string(), .is_trial = true};
  asked.messages = read_history(fields);
  asked.messages.push_back(
      {.role = ChatRole::user, .content = fields.text("message", content_limits)});
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto completion, co_await chat.completions().complete(context, std::move(asked)));
  co_return ok_response([&](JsonWriter& writer) { write_chat_answer(writer, completion.answer); });
}

}  // namespace

std::vector<Route> agent_trial_routes(Chat& chat) {
  Handler handler = [&chat](CallContext context, Request& request) {
    return try_agent(chat, std::move(context), request);
  };
  RouteOptions slow{.deadline = std::chrono::minutes(5)};
  std::vector<Route> routes;
  routes.push_back({Method::post, "/api/agents/:agentId/test",
                    Right::needs(identity::Permission::agents_write), std::move(handler), slow});
  return routes;
}

}  // namespace aiva::http
