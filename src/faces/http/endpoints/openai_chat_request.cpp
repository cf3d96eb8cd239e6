#include "faces/http/endpoints/openai_chat_request.h"

#include <array>
#include <optional>

#include "faces/http/endpoints/openai_input.h"
#include "faces/http/endpoints/openai_messages.h"
#include "faces/http/endpoints/openai_tools.h"

namespace aiva::http {
namespace {

constexpr std::int64_t tokens_max = 1'000'000;
constexpr std::size_t stops_max = 4;
constexpr std::size_t stop_bytes_max = 256;
constexpr std::size_t user_bytes_max = 512;

constexpr std::array<std::string_view, 33> known = {
    // answered to
    "model", "messages", "stream", "stream_options", "tools", "tool_choice", "parallel_tool_calls",
    "response_format", "max_tokens", "max_completion_tokens", "temperature", "top_p", "stop",
    "user",
    // without effect here
    "metadata", "seed", "safety_identifier", "prompt_cache_key", "prompt_cache_retention",
    "prompt_cache_options",
    // taken where they ask for nothing
    "n", "store", "logprobs", "top_logprobs", "logit_bias", "frequency_penalty", "presence_penalty",
    "modalities", "service_tier", "functions", "function_call", "audio", "prediction"};

// Values other than the one that changes nothing are refused.
void refuse_effects(json::Fields& fields, const json::Object& body) {
  fields.integer("n", 1, 1, 1);
  fields.integer("top_logprobs", 0, 0, 0);
  fields.optional_number("frequency_penalty", 0, 0);
  fields.optional_number("presence_penalty", 0, 0);
  for (auto name : {"store", "logprobs"})
    if (fields.boolean(name, false)) fields.add_error(name, "is not supported here");
  if (const auto* bias = fields.object("logit_bias"); bias != nullptr && !bias->empty())
    fields.add_error("logit_bias", "is not supported here");
  if (const auto* kinds = fields.array("modalities", 8))
    for (const auto& kind : *kinds)
      if (!kind.is_string() || kind.get_string() != "text")
        fields.add_error("modalities", "only text is supported here");
  auto tier = text_of(body, "service_tier");
  if (!tier.empty() && tier != "auto" && tier != "default")
    fields.add_error("service_tier", "must be auto or default");
  for (auto name : {"functions", "function_call"})
    if (fields.has(name)) fields.add_error(name, "is not supported here; use tools");
  for (auto name : {"audio", "prediction"})
    if (fields.has(name)) fields.add_error(name, "is not supported here");
}

std::vector<ChatMessage> read_conversation(json::Fields& fields) {
  const auto* array = fields.array("messages", openai_messages_max);
  if (array == nullptr) {
    if (!fields.has("messages")) fields.add_error("messages", "is required");
    return {};
  }
  auto messages = read_openai_messages(fields, *array);
  if (auto mistake = conversation_mistake(messages)) fields.add_error("messages", *mistake);
  return messages;
}

std::optional<int> read_tokens_max(json::Fields& fields) {
  bool has_old = fields.has("max_tokens");
  bool has_new = fields.has("max_completion_tokens");
  if (has_old && has_new)
    fields.add_error("max_tokens", "cannot stand beside max_completion_tokens");
  if (!has_old && !has_new) return std::nullopt;
  auto name = has_new ? "max_completion_tokens" : "max_tokens";
  return static_cast<int>(fields.integer(name, 1, 1, tokens_max));
}

std::vector<std::string> read_stops(json::Fields& fields, const json::Object& body) {
  std::vector<std::string> stops;
  const auto* value = body.if_contains("stop");
  if (value == nullptr || value->is_null()) return stops;
  if (value->is_string()) {
    stops.emplace_back(text_of(body, "stop"));
  } else if (const auto* array = fields.array("stop", stops_max)) {
    for (const auto& element : *array) {
      const auto* text = element.if_string();
      stops.push_back(text == nullptr ? std::string() : std::string(text->data(), text->size()));
    }
  }
  for (const auto& stop : stops)
    if (stop.empty() || stop.size() > stop_bytes_max)
      fields.add_error("stop", "must be 1 to 4 strings of 1 to 256 bytes");
  return stops;
}

void read_stream_options(json::Fields& fields, OpenAiCall& call) {
  call.is_stream = fields.boolean("stream", false);
  const auto* options = fields.object("stream_options");
  if (options == nullptr) return;
  if (!call.is_stream) fields.add_error("stream_options", "is for streams only");
  const auto* usage = options->if_contains("include_usage");
  call.includes_usage = usage != nullptr && usage->is_bool() && usage->get_bool();
}

}  // namespace

std::string read_openai_model(json::Fields& fields) {
  return fields.text("model", {.length_min = 1, .length_max = 200});
}

void read_openai_sampling(json::Fields& fields, chat::CompletionRequest& request) {
  request.temperature = fields.optional_number("temperature", 0, 2);
  request.top_p = fields.optional_number("top_p", 0, 1);
}

Result<OpenAiCall> read_chat_completion(const json::Value& body) {
  json::Fields fields(body);
  TRY_VOID(body.is_object() ? Result<void>() : fields.finish());
  const auto& object = body.get_object();
  OpenAiCall call;
  auto& request = call.request;
  refuse_fields_besides(fields, object, known);
  refuse_effects(fields, object);
  request.agent = read_openai_model(fields);
  request.messages = read_conversation(fields);
  request.tools = read_openai_tools(fields, OpenAiShape::nested);
  request.tool_choice = read_openai_tool_choice(fields, object, request.tools, OpenAiShape::nested);
  if (const auto* format = fields.object("response_format"))
    request.format = read_openai_format(fields, *format, "response_format", OpenAiShape::nested);
  read_openai_sampling(fields, request);
  request.tokens_max = read_tokens_max(fields);
  request.stop = read_stops(fields, object);
  request.user = fields.optional_text("user", {.length_max = user_bytes_max}).value_or("");
  call.has_one_call = !fields.boolean("parallel_tool_calls", true);
  read_stream_options(fields, call);
  TRY_VOID(fields.finish());
  return call;
}

}  // namespace aiva::http
