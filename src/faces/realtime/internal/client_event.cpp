#include "faces/realtime/internal/client_event.h"

#include <utility>

#include "foundation/flat_object.h"

namespace aiva::realtime {
namespace {

constexpr std::size_t depth_max = 32;
constexpr std::size_t event_bytes_max = 5 * 1024 * 1024;
constexpr std::size_t id_bytes_max = 512;
constexpr std::size_t item_id_bytes_max = 32;
constexpr std::size_t words_bytes_max = 8 * 1024;
constexpr std::size_t parts_max = 16;
constexpr std::size_t metadata_entries_max = 16;
constexpr std::size_t metadata_bytes_max = 512;

Result<std::string> read_words(const json::Array& content) {
  std::string words;
  for (const auto& part : content) {
    json::Fields fields(part, "item.content");
    auto type = fields.text("type", {.length_max = 40});
    if (!type.empty() && type != "input_text")
      fields.add_error("type",
                       "only input_text is supported here: audio comes by "
                       "input_audio_buffer.append");
    auto text = fields.text("text", {.length_max = words_bytes_max});
    TRY_VOID(fields.finish());
    if (!words.empty()) words += '\n';
    words += text;
  }
  if (words.empty() || words.size() > words_bytes_max)
    return fail(invalid_field("item.content", "must have 1 to 8192 bytes of text"));
  return words;
}

Result<std::string> read_metadata(const json::Object& metadata) {
  bool is_small = metadata.size() <= metadata_entries_max;
  for (const auto& [name, value] : metadata)
    is_small = is_small && value.is_string() && name.size() <= metadata_bytes_max &&
               value.get_string().size() <= metadata_bytes_max;
  if (is_small) return json::to_text(metadata);
  return fail(invalid_field("response.metadata", "must be at most 16 texts of 512 bytes"));
}

bool is_text(const json::Value& value, std::string_view text) {
  return value.is_string() && std::string_view(value.get_string()) == text;
}

// What a response may be asked to be, other than it is.
std::optional<EventError> find_refusal(const json::Object& asked) {
  auto refuse = [](std::string_view name, std::string message) {
    return EventError{"unsupported_parameter", std::move(message), "response." + std::string(name)};
  };
  auto given = [&asked](std::string_view name) {
    const auto* value = asked.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
  };
  for (std::string_view name : {"instructions", "prompt", "reasoning", "tool_choice"})
    if (const auto* value = given(name); value && !is_text(*value, "auto"))
      return refuse(name, "The agent's own settings say this");
  if (const auto* value = given("input"))
    return refuse("input", value->is_array() ? "Add items to the conversation instead"
                                             : "It must be an array, and is not supported");
  if (const auto* tools = given("tools");
      tools && (!tools->is_array() || !tools->as_array().empty()))
    return refuse("tools", "Tools of the client are not supported in calls");
  if (const auto* value = given("conversation"); value && !is_text(*value, "auto"))
    return refuse("conversation", "Only \"auto\" is supported");
  if (const auto* value = given("output_modalities");
      value && json::to_text(*value) != R"(["audio"])")
    return refuse("output_modalities", "Calls speak: only [\"audio\"] is supported");
  if (const auto* value = given("max_output_tokens"); value && !is_text(*value, "inf"))
    return refuse("max_output_tokens", "The agent has its own limit");
  return std::nullopt;
}

}  // namespace

std::optional<AudioAppend> scan_append(std::string_view text) {
  if (text.size() > event_bytes_max) return std::nullopt;
  FlatObject object(text);
  if (!object.begin()) return std::nullopt;
  std::optional<std::string_view> type;
  std::optional<std::string_view> id;
  std::optional<std::string_view> audio;
  do {
    auto member = object.next();
    if (!member || !member->is_text) return std::nullopt;
    auto* place = member->name == "type"       ? &type
                  : member->name == "audio"    ? &audio
                  : member->name == "event_id" ? &id
                                               : nullptr;
    if (place == nullptr || *place) return std::nullopt;
    *place = member->value;
  } while (object.has_more());
  bool is_append = type == "input_audio_buffer.append" && audio;
  auto name = id.value_or("");
  if (!object.end() || !is_append || name.size() > id_bytes_max) return std::nullopt;
  return AudioAppend{.id = name, .audio = *audio};
}

Result<ClientEvent> read_event(std::string_view text) {
  TRY(auto body, json::parse(text, {.bytes_max = event_bytes_max, .depth_max = depth_max}));
  json::Fields fields(body);
  ClientEvent event{.type = fields.text("type", {.length_min = 1, .length_max = 100})};
  event.id = fields.optional_text("event_id", {.length_max = id_bytes_max}).value_or("");
  TRY_VOID(fields.finish());
  event.body = std::move(body);
  return event;
}

Result<WrittenItem> read_item(const json::Value& event) {
  json::Fields fields(event);
  auto after = fields.optional_text("previous_item_id", {.length_max = id_bytes_max});
  const auto* given = fields.object("item");
  if (given == nullptr && !fields.has("item")) fields.add_error("item", "is required");
  TRY_VOID(fields.finish());
  json::Value value(*given);
  json::Fields item(value, "item");
  auto type = item.text("type", {.length_max = 40});
  auto id = item.optional_text("id", {.length_min = 1, .length_max = item_id_bytes_max});
  if (!type.empty() && type != "message")
    item.add_error("type", "only messages are supported: tools belong to the agent");
  auto role = item.optional_text("role", {.length_max = 40}).value_or("");
  if (type == "message" && role != "user")
    item.add_error("role",
                   "only messages of the user are supported: the agent has its own "
                   "instructions and remembers its own answers");
  const auto* content = item.array("content", parts_max);
  if (type == "message" && content == nullptr) item.add_error("content", "must be an array");
  TRY_VOID(item.finish());
  TRY(auto words, read_words(*content));
  return WrittenItem{{.id = id.value_or(""), .text = std::move(words), .is_answered = false},
                     after.value_or("")};
}

Result<ResponseRequest> read_response_request(const json::Value& event) {
  json::Fields fields(event);
  const auto* asked = fields.object("response");
  TRY_VOID(fields.finish());
  ResponseRequest request;
  if (asked == nullptr) return request;
  json::Value value(*asked);
  json::Fields response(value, "response");
  const auto* metadata = response.object("metadata");
  TRY_VOID(response.finish());
  if (metadata != nullptr) {
    TRY(request.metadata, read_metadata(*metadata));
  }
  request.refusal = find_refusal(*asked);
  return request;
}

}  // namespace aiva::realtime
