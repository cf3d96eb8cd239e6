#include "adapters/anthropic/internal/message_answer.h"

#include <string_view>
#include <utility>

#include "ports/model_server/chat_limits.h"
#include "ports/model_server/event_json.h"

namespace aiva::anthropic {

using model_server::AnswerInProgress;
using model_server::broken_answer;
using model_server::find;
using model_server::read_count;
using model_server::read_text;
using model_server::Reading;

namespace {

std::string_view known_reason(std::string_view said, bool is_by_function) {
  if (said == "max_tokens" || said == "model_context_window_exceeded") return "length";
  if (said == "tool_use") return is_by_function ? "stop" : "tool_calls";
  if (said == "refusal") return "content_filter";
  return "stop";
}

}  // namespace

Reading MessageAnswer::read(const SseEvent& sse, AnswerInProgress& answer) {
  auto event = json::parse(sse.data);
  if (!event) return broken_answer("an event is no JSON: " + event.error().message);
  if (!event->is_object()) return broken_answer("an event is no object");
  auto type = read_text(*event, "type");
  if (type == "error" || sse.type == "error")
    return std::unexpected(model_server::describe_stream_error(sse.data, api_key_));
  if (type == "message_start") begin(*event, answer);
  if (type == "content_block_start") begin_block(*event, answer);
  if (type == "content_block_delta") return continue_block(*event, answer);
  if (type == "content_block_stop") end_block(*event, answer);
  if (type == "message_delta") read_reason(*event, answer);
  if (type == "message_stop") {
    if (answer.finish_reason.empty()) return broken_answer("the message has no stop reason");
    answer.complete();
  }
  return {};
}

void MessageAnswer::begin(const json::Value& event, AnswerInProgress& answer) {
  const auto* message = find(event, "message");
  if (message == nullptr) return;
  auto model = read_text(*message, "model");
  if (!model.empty()) answer.model = model;
  if (const auto* usage = find(*message, "usage")) count(*usage, answer);
}

// Later counts are of the whole message, too; what they leave out stays.
void MessageAnswer::count(const json::Value& usage, AnswerInProgress& answer) {
  auto counted = answer.usage.value_or(ChatUsage{});
  if (find(usage, "input_tokens") != nullptr) fresh_tokens_ = read_count(usage, "input_tokens");
  if (find(usage, "cache_creation_input_tokens") != nullptr)
    written_tokens_ = read_count(usage, "cache_creation_input_tokens");
  if (find(usage, "cache_read_input_tokens") != nullptr)
    counted.cached_tokens = read_count(usage, "cache_read_input_tokens");
  if (find(usage, "output_tokens") != nullptr)
    counted.output_tokens = read_count(usage, "output_tokens");
  counted.cache_written_tokens = written_tokens_;
  counted.input_tokens = fresh_tokens_ + written_tokens_ + counted.cached_tokens;
  answer.usage = counted;
}

void MessageAnswer::begin_block(const json::Value& event, AnswerInProgress& answer) {
  const auto* block = find(event, "content_block");
  if (block == nullptr) return;
  auto type = read_text(*block, "type");
  if (type == "text") answer.say(read_text(*block, "text"));
  if (type != "tool_use" || is_by_function_) return;
  open_calls_[read_count(event, "index")] = {.id = std::string(read_text(*block, "id")),
                                             .name = std::string(read_text(*block, "name")),
                                             .arguments = {}};
}

Reading MessageAnswer::continue_block(const json::Value& event, AnswerInProgress& answer) {
  const auto* delta = find(event, "delta");
  if (delta == nullptr) return {};
  auto type = read_text(*delta, "type");
  if (type == "text_delta" && !is_by_function_) answer.say(read_text(*delta, "text"));
  if (type != "input_json_delta") return {};
  auto piece = read_text(*delta, "partial_json");
  if (is_by_function_) {
    answer.say(piece);
    return {};
  }
  argument_bytes_ += piece.size();
  bool is_too_much = argument_bytes_ > model_server::tool_arguments_bytes_max ||
                     calls_ + open_calls_.size() > model_server::tool_calls_max;
  if (is_too_much) return broken_answer("the calls of functions are too large");
  auto call = open_calls_.find(read_count(event, "index"));
  if (call == open_calls_.end()) return broken_answer("arguments without a call");
  call->second.arguments += piece;
  return {};
}

void MessageAnswer::end_block(const json::Value& event, AnswerInProgress& answer) {
  auto call = open_calls_.extract(read_count(event, "index"));
  if (call.empty()) return;
  if (call.mapped().arguments.empty()) call.mapped().arguments = "{}";
  ++calls_;
  // Why one is no JSON is known with the reason the answer ends.
  if (json::parse(call.mapped().arguments))
    answer.call(std::move(call.mapped()));
  else
    doubtful_.push_back(std::move(call.mapped()));
}

void MessageAnswer::read_reason(const json::Value& event, AnswerInProgress& answer) {
  if (const auto* usage = find(event, "usage")) count(*usage, answer);
  const auto* delta = find(event, "delta");
  auto said = delta == nullptr ? std::string_view() : read_text(*delta, "stop_reason");
  if (said.empty()) return;
  answer.finish_reason = known_reason(said, is_by_function_);
  for (auto& call : std::exchange(doubtful_, {}))
    if (answer.finish_reason != "length") answer.call(std::move(call));
}

Reading MessageAnswer::end(AnswerInProgress& answer) {
  if (answer.finish_reason.empty()) return broken_answer("the stream ended before the answer");
  answer.complete();
  return {};
}

}  // namespace aiva::anthropic
