#include "adapters/anthropic/internal/message_request.h"

#include <algorithm>
#include <set>
#include <vector>

#include "foundation/crypto.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::anthropic {
namespace {

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// Ids of other providers may have signs that are refused here.
std::string call_id(std::string_view id) {
  std::string clean(id);
  std::ranges::replace_if(
      clean,
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '_' || c == '-');
      },
      '_');
  return clean.empty() ? "_" : clean;
}

bool is_assistant(const ChatMessage& message) { return message.role == ChatRole::assistant; }

bool says_something(const ChatMessage& message) {
  return message.role == ChatRole::tool || !is_blank(message.content) || !message.images.empty() ||
         !message.tool_calls.empty();
}

class BodyWriter {
 public:
  BodyWriter(std::string& body, const ChatRequest& request) : writer_(body), request_(request) {}

  void write(std::string_view model) {
    writer_.begin_object().field("model", model).field("max_tokens", request_.tokens_max);
    write_system();
    write_messages();
    writer_.field("stream", true);
    if (request_.top_p)
      writer_.field("top_p", *request_.top_p);
    else
      writer_.field("temperature", std::min(request_.temperature, 1.0));
    write_stop();
    write_tools();
    writer_.end_object();
  }

 private:
  void write_system() {
    std::string text;
    auto add = [&text](std::string_view more) {
      if (is_blank(more)) return;
      if (!text.empty()) text += "\n\n";
      text += more;
    };
    for (const auto& message : request_.messages)
      if (message.role == ChatRole::system) add(message.content);
    const auto& format = request_.format;
    if (format.kind == AnswerFormat::Kind::json)
      add("Answer with one JSON object and nothing else.");
    if (format.kind == AnswerFormat::Kind::schema && !answers_by_function(request_))
      add("Answer with one JSON object and nothing else. It follows this JSON Schema: " +
          format.schema);
    if (!text.empty()) writer_.field("system", text);
  }

  void write_messages() {
    writer_.key("messages").begin_array();
    std::vector<const ChatMessage*> turn;
    bool is_first = true;
    auto write_turn = [&] {
      if (turn.empty()) return;
      bool is_answer = is_assistant(*turn.front());
      if (is_first && is_answer) write_opening();
      is_first = false;
      write_blocks(turn, is_answer);
      turn.clear();
    };
    for (const auto& message : request_.messages) {
      if (message.role == ChatRole::system || !says_something(message)) continue;
      if (!turn.empty() && is_assistant(*turn.front()) != is_assistant(message)) write_turn();
      turn.push_back(&message);
    }
    write_turn();
    if (is_first) write_opening();
    writer_.end_array();
  }

  // A conversation begins with a user's turn.
  void write_opening() {
    writer_.begin_object().field("role", "user").field("content", "(Begin.)").end_object();
  }

  void write_blocks(const std::vector<const ChatMessage*>& turn, bool is_answer) {
    writer_.begin_object().field("role", is_answer ? "assistant" : "user");
    writer_.key("content").begin_array();
    // Results stand before everything else of their turn.
    for (const auto* message : turn)
      if (message->role == ChatRole::tool) write_result(*message);
    for (const auto* message : turn)
      if (message->role != ChatRole::tool) write_parts(*message);
    writer_.end_array().end_object();
  }

  void write_parts(const ChatMessage& message) {
    for (const auto& image : message.images) write_image(image);
    std::string_view text = message.content;
    // White space at the end of the last answer is refused.
    if (is_assistant(message)) text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
    if (!is_blank(text))
      writer_.begin_object().field("type", "text").field("text", text).end_object();
    for (const auto& call : message.tool_calls) write_call(call);
  }

  void write_image(const ChatImage& image) {
    writer_.begin_object().field("type", "image").key("source").begin_object();
    if (image.bytes.empty()) {
      writer_.field("type", "url").field("url", image.url);
    } else {
      writer_.field("type", "base64").field("media_type", image.mime_type);
      writer_.field("data", to_base64(image.bytes));
    }
    writer_.end_object().end_object();
  }

  void write_call(const ToolCall& call) {
    writer_.begin_object().field("type", "tool_use").field("id", call_id(call.id));
    writer_.field("name", call.name).key("input");
    auto arguments = json::parse(call.arguments);
    if (arguments && arguments->is_object())
      writer_.raw(call.arguments);
    else if (is_blank(call.arguments))
      writer_.begin_object().end_object();
    else
      writer_.begin_object().field("malformed_arguments", call.arguments).end_object();
    writer_.end_object();
  }

  void write_result(const ChatMessage& message) {
    writer_.begin_object().field("type", "tool_result");
    writer_.field("tool_use_id", call_id(message.tool_call_id));
    if (!is_blank(message.content)) writer_.field("content", message.content);
    writer_.end_object();
  }

  void write_stop() {
    bool has_words =
        std::ranges::any_of(request_.stop, [](const std::string& word) { return !is_blank(word); });
    if (!has_words) return;
    writer_.key("stop_sequences").begin_array();
    for (const auto& word : request_.stop)
      if (!is_blank(word)) writer_.value(word);
    writer_.end_array();
  }

  void write_tools() {
    if (answers_by_function(request_)) {
      writer_.key("tools").begin_array().begin_object().field("name", answer_function);
      writer_.field("description", "The answer, in the form it must have.");
      writer_.key("input_schema");
      write_schema(request_.format.schema);
      writer_.end_object().end_array();
      write_choice("tool", answer_function);
      return;
    }
    if (request_.tools.empty()) return write_called();
    writer_.key("tools").begin_array();
    for (const auto& tool : request_.tools) {
      writer_.begin_object().field("name", tool.name);
      if (!tool.description.empty()) writer_.field("description", tool.description);
      writer_.key("input_schema");
      write_schema(tool.parameters);
      writer_.end_object();
    }
    writer_.end_array();
    switch (request_.tool_choice.mode) {
      case ToolChoice::Mode::automatic: return;
      case ToolChoice::Mode::none: write_choice("none"); return;
      case ToolChoice::Mode::required: write_choice("any"); return;
      case ToolChoice::Mode::named: write_choice("tool", request_.tool_choice.name); return;
    }
  }

  // Calls in a conversation are refused unless their functions are offered.
  void write_called() {
    std::set<std::string_view> names;
    for (const auto& message : request_.messages)
      for (const auto& call : message.tool_calls) names.insert(call.name);
    if (names.empty()) return;
    writer_.key("tools").begin_array();
    for (auto name : names) {
      writer_.begin_object().field("name", name).key("input_schema");
      writer_.begin_object().field("type", "object").end_object().end_object();
    }
    writer_.end_array();
    write_choice("none");
  }

  // A schema must say that it is of an object.
  void write_schema(const std::string& schema) {
    auto value = json::parse(schema);
    if (!value || value->as_object().contains("type")) {
      writer_.raw(schema);
      return;
    }
    value->as_object()["type"] = "object";
    writer_.value(*value);
  }

  void write_choice(std::string_view type, std::string_view name = {}) {
    writer_.key("tool_choice").begin_object().field("type", type);
    if (!name.empty()) writer_.field("name", name);
    writer_.end_object();
  }

  JsonWriter writer_;
  const ChatRequest& request_;
};

}  // namespace

bool answers_by_function(const ChatRequest& request) {
  return request.format.kind == AnswerFormat::Kind::schema && request.tools.empty();
}

std::string write_message_request(std::string_view model, const ChatRequest& request) {
  std::string body;
  BodyWriter(body, request).write(model);
  return body;
}

}  // namespace aiva::anthropic
