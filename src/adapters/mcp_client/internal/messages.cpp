#include "adapters/mcp_client/internal/messages.h"

#include "foundation/text/utf8.h"

namespace aiva::mcp {
namespace {

constexpr std::size_t message_bytes_max = 8 * 1024 * 1024;
constexpr std::size_t batch_max = 100;
constexpr std::size_t sentence_bytes_max = 500;
constexpr std::int64_t method_not_found = -32601;

std::unexpected<Error> not_spoken(std::string cause) {
  return fail(ErrorCode::unavailable, "The tool server does not keep to the protocol",
              std::move(cause));
}

json::Object begin_message() { return {{"jsonrpc", "2.0"}}; }

Result<Message> read_message(const json::Value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return not_spoken("a message is no object");
  Message message{.method = text_member(*object, "method")};
  const auto* id = object->if_contains("id");
  if (id != nullptr) message.id = *id;
  auto take = [&](Message::Kind kind, std::string_view name) {
    message.kind = kind;
    const auto* content = object->if_contains(name);
    if (content != nullptr && content->is_object()) message.content = content->get_object();
  };
  if (!message.method.empty())
    take(id == nullptr ? Message::Kind::notification : Message::Kind::request, "params");
  else if (object->contains("result"))
    take(Message::Kind::answer, "result");
  else if (object->contains("error"))
    take(Message::Kind::failure, "error");
  else
    return not_spoken("a message is no request and no answer");
  return message;
}

void add_line(std::string& text, std::string_view line) {
  if (line.empty()) return;
  if (!text.empty()) text += '\n';
  text += line;
}

std::string describe_content(const json::Object& content) {
  auto type = text_member(content, "type");
  if (type == "text") return text_member(content, "text");
  if (type == "resource_link")
    return "[" + text_member(content, "name") + "](" + text_member(content, "uri") + ")";
  if (type == "resource") {
    const auto* resource = content.if_contains("resource");
    if (resource == nullptr || !resource->is_object()) return {};
    auto text = text_member(resource->get_object(), "text");
    return text.empty() ? "(" + text_member(resource->get_object(), "uri") + ")" : text;
  }
  if (type == "image" || type == "audio")
    return "(" + type + " of type " + text_member(content, "mimeType") + ")";
  return {};
}

}  // namespace

bool is_known_version(std::string_view version) {
  return version == protocol_version || version == older_protocol_version;
}

std::string write_request(std::int64_t id, std::string_view method, json::Object params) {
  auto message = begin_message();
  message["id"] = id;
  message["method"] = method;
  message["params"] = std::move(params);
  return json::to_text(message);
}

std::string write_notification(std::string_view method, json::Object params) {
  auto message = begin_message();
  message["method"] = method;
  if (!params.empty()) message["params"] = std::move(params);
  return json::to_text(message);
}

std::string write_reply(const json::Value& id, std::string_view method) {
  auto message = begin_message();
  message["id"] = id;
  if (method == "ping")
    message["result"] = json::Object();
  else
    message["error"] = {{"code", method_not_found}, {"message", "Not offered by this client"}};
  return json::to_text(message);
}

Result<std::vector<Message>> read_messages(std::string_view text) {
  auto value = json::parse(text, {.bytes_max = message_bytes_max});
  if (!value) return not_spoken(value.error().message);
  std::vector<Message> messages;
  const auto* batch = value->if_array();
  if (batch == nullptr) {
    TRY(auto message, read_message(*value));
    messages.push_back(std::move(message));
    return messages;
  }
  if (batch->size() > batch_max) return not_spoken("a batch has too many messages");
  for (const auto& item : *batch) {
    TRY(auto message, read_message(item));
    messages.push_back(std::move(message));
  }
  return messages;
}

std::string describe_failure(const json::Object& error) {
  auto message = text_member(error, "message");
  return std::string(utf8_prefix(message.empty() ? "It failed" : message, sentence_bytes_max));
}

std::int64_t failure_code(const json::Object& error) {
  return static_cast<std::int64_t>(number_member(error, "code").value_or(0));
}

std::string text_member(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(std::string_view(*text));
}

std::optional<double> number_member(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  auto number = value->to_number<double>();
  // A number that no integer of ours can hold says nothing.
  return number > -1e15 && number < 1e15 ? std::optional(number) : std::nullopt;
}

RemoteAnswer read_tool_answer(const json::Object& result) {
  RemoteAnswer answer;
  const auto* is_error = result.if_contains("isError");
  answer.is_error = is_error != nullptr && is_error->is_bool() && is_error->get_bool();
  const auto* content = result.if_contains("content");
  if (content != nullptr && content->is_array())
    for (const auto& item : content->get_array())
      if (const auto* object = item.if_object()) add_line(answer.text, describe_content(*object));
  const auto* structured = result.if_contains("structuredContent");
  if (answer.text.empty() && structured != nullptr) answer.text = json::to_text(*structured);
  return answer;
}

std::optional<RemoteTool> read_tool(const json::Value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return std::nullopt;
  RemoteTool tool{.name = text_member(*object, "name"),
                  .description = text_member(*object, "description")};
  if (tool.name.empty()) return std::nullopt;
  const auto* schema = object->if_contains("inputSchema");
  if (schema != nullptr && schema->is_object()) tool.input_schema = json::to_text(*schema);
  return tool;
}

}  // namespace aiva::mcp
