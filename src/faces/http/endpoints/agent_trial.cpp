#include "faces/http/endpoints/agent_trial.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "faces/http/endpoints/agent_json.h"
#include "faces/http/endpoints/chat_json.h"
#include "faces/http/endpoints/chat_stream.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

using agents::Agents;
using chat::Completions;

constexpr json::Fields::TextLimits content_limits{.length_min = 1, .length_max = 32'000};
constexpr json::Fields::TextLimits role_limits{.length_max = 20};
constexpr std::size_t history_max = 50;
// A model may think for long, but no call is without an end.
constexpr std::chrono::minutes answer_time_max{5};

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

// What is to be changed of the draft; nothing of it is saved.
Result<agents::AgentFields> read_changes(json::Fields& fields) {
  const auto* settings = fields.object("settings");
  if (settings == nullptr) return agents::AgentFields{};
  TRY(auto changes, read_agent_fields(json::Value(*settings)));
  changes.is_published = false;
  return changes;
}

Task<Result<chat::Answer>> answer_of(Completions& completions, CallContext context,
                                     chat::CompletionRequest asked) {
  context.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + answer_time_max);
  auto completing = completions.complete(context, std::move(asked));
  CO_TRY(auto completion, co_await std::move(completing));
  co_return std::move(completion.answer);
}

Response stream_trial(Completions& completions, const CallContext& context,
                      chat::CompletionRequest asked) {
  return stream_answer(context, [&completions, asked = std::move(asked)](
                                    CallContext streaming, chat::TurnListener listener) mutable {
    asked.listener = std::move(listener);
    return answer_of(completions, std::move(streaming), std::move(asked));
  });
}

Task<Result<Response>> try_agent(Agents& agents, Completions& completions, CallContext context,
                                 Request& request) {
  CO_TRY(auto id, request.id<AgentId>("agentId"));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  chat::CompletionRequest asked{.agent = id.to_string()};
  asked.messages = read_history(fields);
  asked.messages.push_back(
      {.role = ChatRole::user, .content = fields.text("message", content_limits)});
  bool is_stream =
      fields.boolean("stream", false) || request.header("accept").contains("text/event-stream");
  auto changes = read_changes(fields);
  CO_TRY_VOID(fields.finish());
  if (!changes) co_return fail(std::move(changes.error()));
  auto trying = agents.trial(context, id, *std::move(changes));
  CO_TRY(asked.trial, co_await std::move(trying));
  if (is_stream) co_return stream_trial(completions, context, std::move(asked));
  auto answering = answer_of(completions, context, std::move(asked));
  CO_TRY(auto answer, co_await std::move(answering));
  co_return ok_response([&](JsonWriter& writer) { write_chat_answer(writer, answer); });
}

}  // namespace

std::vector<Route> agent_trial_routes(Agents& agents, Completions& completions) {
  Handler handler = [&agents, &completions](CallContext context, Request& request) {
    return try_agent(agents, completions, std::move(context), request);
  };
  std::vector<Route> routes;
  routes.push_back({Method::post,
                    "/api/agents/:agentId/test",
                    Right::needs(identity::Permission::agents_write),
                    std::move(handler),
                    {.is_streaming = true}});
  return routes;
}

}  // namespace aiva::http
