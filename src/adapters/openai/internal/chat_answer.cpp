#include "adapters/openai/internal/chat_answer.h"

#include <algorithm>
#include <utility>

#include "ports/model_server/event_json.h"

namespace aiva::openai {

using model_server::AnswerInProgress;
using model_server::broken_answer;
using model_server::find;
using model_server::read_count;
using model_server::read_text;
using model_server::Reading;

namespace {

ChatUsage read_usage(const json::Value& usage) {
  ChatUsage counted{.input_tokens = read_count(usage, "prompt_tokens"),
                    .output_tokens = read_count(usage, "completion_tokens")};
  const auto* details = find(usage, "prompt_tokens_details");
  counted.cached_tokens = details != nullptr ? read_count(*details, "cached_tokens")
                                             : read_count(usage, "prompt_cache_hit_tokens");
  counted.cached_tokens = std::min(counted.cached_tokens, counted.input_tokens);
  return counted;
}

// Most servers tell the usage beside the choices, Groq besides in a member of its own.
const json::Value* find_usage(const json::Value& event) {
  if (const auto* usage = find(event, "usage")) return usage;
  const auto* own = find(event, "x_groq");
  return own == nullptr ? nullptr : find(*own, "usage");
}

// The reason in OpenAI's words; empty for one that says the answer failed.
std::string_view known_reason(std::string_view said) {
  if (said == "error" || said == "insufficient_system_resource") return {};
  if (said == "length" || said == "max_tokens" || said == "model_length") return "length";
  if (said == "tool_calls" || said == "function_call") return "tool_calls";
  if (said == "content_filter") return "content_filter";
  return "stop";
}

}  // namespace

Reading ChatAnswer::read(const SseEvent& sse, AnswerInProgress& answer) {
  if (sse.data == "[DONE]") {
    complete(answer);
    return {};
  }
  auto event = json::parse(sse.data);
  if (!event) return broken_answer("an event is no JSON: " + event.error().message);
  if (!event->is_object()) return broken_answer("an event is no object");
  if (sse.type == "error" || find(*event, "error") != nullptr)
    return std::unexpected(model_server::describe_stream_error(sse.data, api_key_));

  auto model = read_text(*event, "model");
  if (!model.empty()) answer.model = model;
  const auto* usage = find_usage(*event);
  if (usage != nullptr && usage->is_object()) answer.usage = read_usage(*usage);
  const auto* choices = find(*event, "choices");
  const auto* list = choices == nullptr ? nullptr : choices->if_array();
  if (list == nullptr || list->empty()) return {};
  return read_choice(list->front(), answer);
}

Reading ChatAnswer::read_choice(const json::Value& choice, AnswerInProgress& answer) {
  if (const auto* delta = find(choice, "delta")) {
    auto text = read_text(*delta, "content");
    answer.say(text.empty() ? read_text(*delta, "refusal") : text);
    const auto* calls = find(*delta, "tool_calls");
    const auto* list = calls == nullptr ? nullptr : calls->if_array();
    if (list != nullptr)
      for (const auto& piece : *list)
        if (!calls_.add(piece)) return broken_answer("the calls of functions are too large");
  }
  auto said = read_text(choice, "finish_reason");
  if (said.empty()) return {};
  answer.finish_reason = known_reason(said);
  if (answer.finish_reason.empty()) return broken_answer("it finished with " + std::string(said));
  for (auto& call : calls_.finish(answer.finish_reason == "length")) {
    has_calls_ = true;
    answer.call(std::move(call));
  }
  return {};
}

Reading ChatAnswer::end(AnswerInProgress& answer) {
  if (answer.finish_reason.empty()) return broken_answer("the stream ended before the answer");
  complete(answer);
  return {};
}

// Usage comes after the finish reason, so the last piece waits for both.
void ChatAnswer::complete(AnswerInProgress& answer) {
  for (auto& call : calls_.finish(answer.finish_reason.empty())) {
    has_calls_ = true;
    answer.call(std::move(call));
  }
  // Some servers say "stop" although functions are to be called.
  if (has_calls_ && (answer.finish_reason.empty() || answer.finish_reason == "stop"))
    answer.finish_reason = "tool_calls";
  answer.complete();
}

}  // namespace aiva::openai
