#include "faces/http/endpoints/openai_response_request.h"

#include <array>

#include "faces/http/endpoints/openai_content.h"
#include "faces/http/endpoints/openai_input.h"
#include "faces/http/endpoints/openai_messages.h"
#include "faces/http/endpoints/openai_tools.h"

namespace aiva::http {
namespace {

constexpr std::int64_t tokens_max = 1'000'000;
constexpr std::size_t instructions_bytes_max = 256 * 1024;
constexpr std::size_t metadata_max = 16;

constexpr std::array<std::string_view, 26> known = {
    // answered to
    "model", "input", "instructions", "stream", "stream_options", "tools", "tool_choice",
    "parallel_tool_calls", "text", "max_output_tokens", "temperature", "top_p", "user", "metadata",
    // without effect here
    "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "prompt_cache_options",
    "truncation",
    // taken where they ask for nothing
    "store", "background", "include", "top_logprobs", "service_tier", "previous_response_id",
    "conversation"};

void refuse_effects(json::Fields& fields, const json::Object& body) {
  constexpr std::string_view stateless =
      "is not supported here: responses are not stored, so send the whole conversation as input";
  for (auto name : {"previous_response_id", "conversation"})
    if (fields.has(name)) fields.add_error(name, std::string(stateless));
  if (fields.boolean("store", false)) fields.add_error("store", "responses are not stored here");
  if (fields.boolean("background", false)) fields.add_error("background", "is not supported here");
  if (const auto* include = fields.array("include", 16); include != nullptr && !include->empty())
    fields.add_error("include", "is not supported here");
  fields.integer("top_logprobs", 0, 0, 0);
  auto tier = text_of(body, "service_tier");
  if (!tier.empty() && tier != "auto" && tier != "default")
    fields.add_error("service_tier", "must be auto or default");
}

// Turns the items of an input into the messages of a conversation.
class ItemReader {
 public:
  explicit ItemReader(json::Fields& fields) : fields_(fields) {}

  void read(const json::Value& value, const std::string& path) {
    const auto* item = value.if_object();
    if (item == nullptr) return fields_.add_error(path, "must be an object");
    auto type = text_of(*item, "type");
    if (type.empty() || type == "message") return read_message(*item, path);
    if (type == "function_call") return read_call(*item, path);
    if (type == "function_call_output") return read_output(*item, path);
    if (type == "reasoning") return;  // of another model; ours never hands one out
    fields_.add_error(path + ".type", "items of this type are not supported here");
  }

  std::vector<ChatMessage> take() { return std::move(messages_); }
  void add(ChatMessage message) { messages_.push_back(std::move(message)); }

 private:
  void read_message(const json::Object& item, const std::string& path) {
    auto role = text_of(item, "role");
    ChatMessage message;
    if (role == "system" || role == "developer") {
      message.role = ChatRole::system;
    } else if (role == "assistant") {
      message.role = ChatRole::assistant;
    } else if (role != "user") {
      return fields_.add_error(path + ".role", "must be system, developer, user or assistant");
    }
    const auto* content = item.if_contains("content");
    if (content == nullptr || content->is_null())
      return fields_.add_error(path + ".content", "is required");
    auto read =
        read_openai_content(fields_, *content, path + ".content", message.role == ChatRole::user);
    message.content = std::move(read.text);
    message.images = std::move(read.images);
    messages_.push_back(std::move(message));
  }

  // Calls stand in the message they came with.
  void read_call(const json::Object& item, const std::string& path) {
    ToolCall call{.id = std::string(text_of(item, "call_id")),
                  .name = std::string(text_of(item, "name")),
                  .arguments = std::string(text_of(item, "arguments"))};
    if (call.id.empty() || call.name.empty())
      return fields_.add_error(path, "a call needs its call_id and name");
    bool follows = !messages_.empty() && messages_.back().role == ChatRole::assistant;
    if (!follows) messages_.push_back({.role = ChatRole::assistant, .content = {}});
    messages_.back().tool_calls.push_back(std::move(call));
  }

  void read_output(const json::Object& item, const std::string& path) {
    ChatMessage message{.role = ChatRole::tool, .content = {}};
    message.tool_call_id = std::string(text_of(item, "call_id"));
    const auto* output = item.if_contains("output");
    if (output == nullptr || output->is_null())
      return fields_.add_error(path + ".output", "is required");
    message.content = read_openai_content(fields_, *output, path + ".output", false).text;
    messages_.push_back(std::move(message));
  }

  json::Fields& fields_;
  std::vector<ChatMessage> messages_;
};

std::vector<ChatMessage> read_input(json::Fields& fields, const json::Object& body,
                                    const std::string& instructions) {
  ItemReader reader(fields);
  if (!instructions.empty()) reader.add({.role = ChatRole::system, .content = instructions});
  const auto* input = body.if_contains("input");
  if (input == nullptr || input->is_null()) {
    fields.add_error("input", "is required");
    return {};
  }
  if (input->is_string()) {
    reader.add({.role = ChatRole::user, .content = std::string(text_of(body, "input"))});
  } else if (const auto* items = fields.array("input", openai_messages_max - 1)) {
    for (std::size_t i = 0; i < items->size(); ++i)
      reader.read((*items)[i], element_path("input", i));
  }
  auto messages = reader.take();
  if (auto mistake = conversation_mistake(messages)) fields.add_error("input", *mistake);
  return messages;
}

AnswerFormat read_text_format(json::Fields& fields) {
  const auto* text = fields.object("text");
  if (text == nullptr) return {};
  constexpr std::array<std::string_view, 1> members = {"format"};
  json::Value value(*text);
  json::Fields inner(value, "text");
  refuse_fields_besides(inner, *text, members);
  const auto* format = inner.object("format");
  auto read = format == nullptr ? AnswerFormat{}
                                : read_openai_format(inner, *format, "format", OpenAiShape::flat);
  add_mistakes(fields, inner);
  return read;
}

}  // namespace

Result<OpenAiCall> read_response_call(const json::Value& body) {
  json::Fields fields(body);
  TRY_VOID(body.is_object() ? Result<void>() : fields.finish());
  const auto& object = body.get_object();
  OpenAiCall call;
  auto& request = call.request;
  refuse_fields_besides(fields, object, known);
  refuse_effects(fields, object);
  request.agent = read_openai_model(fields);
  call.instructions =
      fields.optional_text("instructions", {.length_max = instructions_bytes_max}).value_or("");
  request.messages = read_input(fields, object, call.instructions);
  request.tools = read_openai_tools(fields, OpenAiShape::flat);
  request.tool_choice = read_openai_tool_choice(fields, object, request.tools, OpenAiShape::flat);
  request.format = read_text_format(fields);
  read_openai_sampling(fields, request);
  if (fields.has("max_output_tokens"))
    request.tokens_max = static_cast<int>(fields.integer("max_output_tokens", 1, 1, tokens_max));
  request.user = fields.optional_text("user", {.length_max = 512}).value_or("");
  call.has_one_call = !fields.boolean("parallel_tool_calls", true);
  call.is_stream = fields.boolean("stream", false);
  if (const auto* metadata = fields.object("metadata")) {
    call.metadata = *metadata;
    if (metadata->size() > metadata_max) fields.add_error("metadata", "may have at most 16 pairs");
  }
  TRY_VOID(fields.finish());
  return call;
}

}  // namespace aiva::http
