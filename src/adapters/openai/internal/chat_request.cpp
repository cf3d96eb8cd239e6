#include "adapters/openai/internal/chat_request.h"

#include <algorithm>
#include <array>

#include "foundation/crypto.h"
#include "foundation/json_writer.h"

namespace aiva::openai {
namespace {

using TokensField = OpenAiQuirks::TokensField;

std::string_view role_name(ChatRole role) {
  switch (role) {
    case ChatRole::system: return "system";
    case ChatRole::user: return "user";
    case ChatRole::assistant: return "assistant";
    case ChatRole::tool: return "tool";
  }
  return "user";
}

// Models that reason count their thoughts as output and take neither max_tokens nor a temperature.
bool is_reasoning(std::string_view model) {
  constexpr std::array families = {std::string_view("o1"), std::string_view("o3"),
                                   std::string_view("o4"), std::string_view("gpt-5")};
  return std::ranges::any_of(families,
                             [model](std::string_view name) { return model.starts_with(name); });
}

class BodyWriter {
 public:
  BodyWriter(std::string& body, const ChatRequest& request, const OpenAiQuirks& quirks)
      : writer_(body), request_(request), quirks_(quirks) {}

  void write(std::string_view model) {
    writer_.begin_object().field("model", model).key("messages").begin_array();
    for (const auto& message : request_.messages) write_message(message);
    write_wanted_form();
    writer_.end_array().field("stream", true);
    if (quirks_.has_stream_options)
      writer_.key("stream_options").begin_object().field("include_usage", true).end_object();
    write_limits(is_reasoning(model));
    write_tools();
    write_format();
    writer_.end_object();
  }

 private:
  void write_message(const ChatMessage& message) {
    writer_.begin_object().field("role", role_name(message.role)).key("content");
    bool has_only_calls = message.content.empty() && !message.tool_calls.empty();
    if (!message.images.empty())
      write_parts(message);
    else if (has_only_calls)
      writer_.null();
    else
      writer_.value(message.content);
    if (message.role == ChatRole::tool)
      writer_.field("tool_call_id", call_id(message.tool_call_id));
    if (!message.tool_calls.empty()) write_calls(message);
    writer_.end_object();
  }

  void write_parts(const ChatMessage& message) {
    writer_.begin_array();
    if (!message.content.empty())
      writer_.begin_object().field("type", "text").field("text", message.content).end_object();
    for (const auto& image : message.images) {
      auto url = image.bytes.empty()
                     ? image.url
                     : "data:" + image.mime_type + ";base64," + to_base64(image.bytes);
      writer_.begin_object().field("type", "image_url").key("image_url").begin_object();
      writer_.field("url", url);
      if (!image.detail.empty()) writer_.field("detail", image.detail);
      writer_.end_object().end_object();
    }
    writer_.end_array();
  }

  void write_calls(const ChatMessage& message) {
    writer_.key("tool_calls").begin_array();
    for (const auto& call : message.tool_calls) {
      writer_.begin_object().field("id", call_id(call.id)).field("type", "function");
      writer_.key("function").begin_object().field("name", call.name);
      writer_.field("arguments", call.arguments.empty() ? "{}" : call.arguments);
      writer_.end_object().end_object();
    }
    writer_.end_array();
  }

  [[nodiscard]] std::string call_id(const std::string& id) const {
    return quirks_.has_short_call_ids ? short_call_id(id) : id;
  }

  // What the fields of a request cannot say to this server is said in words.
  void write_wanted_form() {
    const auto& format = request_.format;
    std::string words;
    if (format.kind == AnswerFormat::Kind::schema && !quirks_.has_schemas)
      words = "Answer with one JSON object that follows this JSON Schema: " + format.schema;
    // JSON without a schema is refused unless the conversation speaks of JSON.
    if (format.kind == AnswerFormat::Kind::json) words = "Answer with one JSON object.";
    if (words.empty()) return;
    writer_.begin_object().field("role", "system").field("content", words).end_object();
  }

  void write_limits(bool reasons) {
    bool is_new_name = quirks_.tokens_field == TokensField::max_completion_tokens ||
                       (quirks_.tokens_field == TokensField::by_model && reasons);
    writer_.field(is_new_name ? "max_completion_tokens" : "max_tokens", request_.tokens_max);
    if (reasons) return;
    writer_.field("temperature", request_.temperature);
    if (request_.top_p) writer_.field("top_p", *request_.top_p);
    if (request_.stop.empty()) return;
    writer_.key("stop").begin_array();
    for (const auto& word : request_.stop) writer_.value(word);
    writer_.end_array();
  }

  void write_tools() {
    if (request_.tools.empty()) return;
    writer_.key("tools").begin_array();
    for (const auto& tool : request_.tools) {
      writer_.begin_object().field("type", "function").key("function").begin_object();
      writer_.field("name", tool.name);
      if (!tool.description.empty()) writer_.field("description", tool.description);
      writer_.key("parameters").raw(tool.parameters);
      if (tool.is_strict) writer_.field("strict", true);
      writer_.end_object().end_object();
    }
    writer_.end_array();
    write_choice();
  }

  void write_choice() {
    switch (request_.tool_choice.mode) {
      case ToolChoice::Mode::automatic: return;
      case ToolChoice::Mode::none: writer_.field("tool_choice", "none"); return;
      case ToolChoice::Mode::required: writer_.field("tool_choice", "required"); return;
      case ToolChoice::Mode::named:
        writer_.key("tool_choice").begin_object().field("type", "function").key("function");
        writer_.begin_object().field("name", request_.tool_choice.name).end_object().end_object();
        return;
    }
  }

  void write_format() {
    const auto& format = request_.format;
    if (format.kind == AnswerFormat::Kind::text) return;
    writer_.key("response_format").begin_object();
    if (format.kind == AnswerFormat::Kind::json || !quirks_.has_schemas) {
      writer_.field("type", "json_object").end_object();
      return;
    }
    writer_.field("type", "json_schema").key("json_schema").begin_object();
    writer_.field("name", format.name).key("schema").raw(format.schema);
    writer_.field("strict", format.is_strict).end_object().end_object();
  }

  JsonWriter writer_;
  const ChatRequest& request_;
  const OpenAiQuirks& quirks_;
};

}  // namespace

std::string write_chat_request(std::string_view model, const ChatRequest& request,
                               const OpenAiQuirks& quirks) {
  std::string body;
  BodyWriter(body, request, quirks).write(model);
  return body;
}

std::string short_call_id(std::string_view id) {
  constexpr std::string_view letters =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr std::size_t length = 9;
  bool is_short = id.size() == length && id.find_first_not_of(letters) == std::string_view::npos;
  if (is_short) return std::string(id);
  auto digest = sha256(id);
  std::string name;
  for (std::size_t i = 0; i < length; ++i) name += letters[digest[i] % letters.size()];
  return name;
}

}  // namespace aiva::openai
