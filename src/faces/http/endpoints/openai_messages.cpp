#include "faces/http/endpoints/openai_messages.h"

#include <algorithm>

#include "faces/http/endpoints/openai_content.h"
#include "faces/http/endpoints/openai_input.h"

namespace aiva::http {
namespace {

constexpr std::size_t calls_max = 128;
constexpr std::size_t id_bytes_max = 256;

std::optional<ChatRole> parse_role(std::string_view text) {
  if (text == "system" || text == "developer") return ChatRole::system;
  if (text == "user") return ChatRole::user;
  if (text == "assistant") return ChatRole::assistant;
  if (text == "tool") return ChatRole::tool;
  return std::nullopt;
}

std::optional<ToolCall> read_call(const json::Value& value) {
  const auto* call = value.if_object();
  if (call == nullptr || text_of(*call, "type") != "function") return std::nullopt;
  const auto* function = call->if_contains("function");
  if (function == nullptr || !function->is_object()) return std::nullopt;
  ToolCall out{.id = std::string(text_of(*call, "id")),
               .name = std::string(text_of(function->get_object(), "name")),
               .arguments = std::string(text_of(function->get_object(), "arguments"))};
  bool is_whole = !out.id.empty() && out.id.size() <= id_bytes_max && !out.name.empty();
  return is_whole ? std::optional(std::move(out)) : std::nullopt;
}

void read_calls(json::Fields& fields, const json::Object& message, const std::string& path,
                ChatMessage& out) {
  const auto* value = message.if_contains("tool_calls");
  if (value == nullptr || value->is_null()) return;
  const auto* calls = value->if_array();
  if (calls == nullptr || calls->size() > calls_max)
    return fields.add_error(path + ".tool_calls", "must be an array of at most 128 calls");
  for (const auto& element : *calls) {
    auto call = read_call(element);
    if (!call)
      return fields.add_error(path + ".tool_calls",
                              "a call needs an id, the type function and the function's name");
    out.tool_calls.push_back(std::move(*call));
  }
}

ChatMessage read_message(json::Fields& fields, const json::Value& value, const std::string& path) {
  ChatMessage out;
  const auto* message = value.if_object();
  if (message == nullptr) {
    fields.add_error(path, "must be an object");
    return out;
  }
  auto role = parse_role(text_of(*message, "role"));
  if (!role) {
    fields.add_error(path + ".role", "must be system, developer, user, assistant or tool");
    return out;
  }
  out.role = *role;
  bool is_user = *role == ChatRole::user;
  const auto* content = message->if_contains("content");
  bool has_content = content != nullptr && !content->is_null();
  if (has_content) {
    auto read = read_openai_content(fields, *content, path + ".content", is_user);
    out.content = std::move(read.text);
    out.images = std::move(read.images);
  }
  if (*role == ChatRole::assistant) read_calls(fields, *message, path, out);
  if (*role == ChatRole::tool) out.tool_call_id = std::string(text_of(*message, "tool_call_id"));
  if (!has_content && out.tool_calls.empty()) fields.add_error(path + ".content", "is required");
  return out;
}

}  // namespace

std::vector<ChatMessage> read_openai_messages(json::Fields& fields, const json::Array& messages) {
  std::vector<ChatMessage> out;
  out.reserve(messages.size());
  for (std::size_t i = 0; i < messages.size(); ++i)
    out.push_back(read_message(fields, messages[i], element_path("messages", i)));
  return out;
}

std::optional<std::string> conversation_mistake(std::span<const ChatMessage> messages) {
  if (messages.empty()) return "must not be empty";
  std::vector<std::string_view> open;  // calls without an answer yet
  for (const auto& message : messages) {
    if (message.role == ChatRole::tool) {
      auto call = std::ranges::find(open, std::string_view(message.tool_call_id));
      if (call == open.end())
        return "the answer of a tool must follow the message that calls it, by its id";
      open.erase(call);
      continue;
    }
    if (!open.empty()) return "each call of a tool must be followed by its answer";
    for (const auto& call : message.tool_calls) open.emplace_back(call.id);
  }
  if (!open.empty()) return "each call of a tool must be followed by its answer";
  auto last = messages.back().role;
  if (last != ChatRole::user && last != ChatRole::tool)
    return "the last message must be a user's or a tool's";
  return std::nullopt;
}

}  // namespace aiva::http
