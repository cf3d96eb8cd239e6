#include "capabilities/chat/internal/turn_rules.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "foundation/json.h"
#include "foundation/text/utf8.h"

namespace aiva::chat {
namespace {

constexpr std::size_t content_characters_max = 8000;
constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t metadata_bytes_max = 16 * 1024;
constexpr std::size_t client_name_bytes_max = 100;
constexpr std::size_t images_max = 4;
constexpr std::size_t image_bytes_max = std::size_t{5} * 1024 * 1024;
constexpr std::size_t url_bytes_max = 2048;
constexpr std::size_t messages_max = 512;
constexpr std::size_t conversation_bytes_max = std::size_t{1024} * 1024;
constexpr std::size_t tools_max = 128;
constexpr std::size_t stops_max = 4;
constexpr std::size_t tool_name_bytes_max = 64;
constexpr std::size_t schema_bytes_max = std::size_t{64} * 1024;

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool is_json_object(std::string_view text) {
  auto parsed = json::parse(text, {.bytes_max = schema_bytes_max});
  return parsed && parsed->is_object();
}

bool is_tool_name(std::string_view name) {
  bool is_long = name.empty() || name.size() > tool_name_bytes_max;
  return !is_long && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

Result<void> validate_image(const ChatImage& image) {
  constexpr auto types =
      std::to_array<std::string_view>({"image/png", "image/jpeg", "image/webp", "image/gif"});
  if (image.bytes.empty()) {
    bool is_fit = image.url.starts_with("https://") && image.url.size() <= url_bytes_max &&
                  is_valid_utf8(image.url);
    if (!is_fit) return fail(invalid_field("image", "must be a picture or an https URL of one"));
    return {};
  }
  if (image.bytes.size() > image_bytes_max)
    return fail(invalid_field("image", "must have at most 5 MiB"));
  if (std::ranges::find(types, image.mime_type) == types.end())
    return fail(invalid_field("image", "must be a PNG, JPEG, WebP or GIF picture"));
  return {};
}

// Every message is fit by itself, and results answer calls that were made.
Result<void> validate_messages(std::span<const ChatMessage> messages) {
  if (messages.empty() || messages.size() > messages_max)
    return fail(invalid_field("messages", "must be 1 to 512 messages"));
  std::size_t bytes = 0;
  std::set<std::string_view> calls;
  bool has_question = false;
  for (const auto& message : messages) {
    bytes += message.content.size();
    if (!is_valid_utf8(message.content)) return fail(invalid_field("messages", "must be UTF-8"));
    TRY_VOID(validate_images(message.images));
    for (const auto& call : message.tool_calls) {
      bytes += call.arguments.size();
      calls.insert(call.id);
    }
    has_question = has_question || message.role == ChatRole::user;
    if (message.role == ChatRole::tool && !calls.contains(message.tool_call_id))
      return fail(invalid_field("messages", "a tool's message answers no call before it"));
  }
  if (bytes > conversation_bytes_max)
    return fail(invalid_field("messages", "must have at most 1 MiB of text"));
  auto last = messages.back().role;
  if (!has_question || (last != ChatRole::user && last != ChatRole::tool))
    return fail(invalid_field("messages", "must end with a user's or a tool's message"));
  return {};
}

Result<void> validate_tools(const CompletionRequest& request) {
  if (request.tools.size() > tools_max) return fail(invalid_field("tools", "must be at most 128"));
  std::set<std::string_view> names;
  for (const auto& tool : request.tools) {
    if (!is_tool_name(tool.name) || !names.insert(tool.name).second)
      return fail(
          invalid_field("tools", "need different names of 1 to 64 letters, digits, _ and -"));
    if (!is_valid_utf8(tool.description) || tool.description.size() > schema_bytes_max)
      return fail(invalid_field("tools", "have descriptions of at most 64 KiB of UTF-8"));
    if (!is_json_object(tool.parameters))
      return fail(invalid_field("tools", "have a JSON Schema object as parameters"));
  }
  using Mode = ToolChoice::Mode;
  const auto& choice = request.tool_choice;
  bool needs_tools = choice.mode == Mode::required || choice.mode == Mode::named;
  if (needs_tools && request.tools.empty())
    return fail(invalid_field("tool_choice", "needs tools"));
  if (choice.mode == Mode::named && !names.contains(choice.name))
    return fail(invalid_field("tool_choice", "names none of the tools"));
  return {};
}

}  // namespace

Result<void> validate_content(std::string_view content) {
  if (!is_valid_utf8(content)) return fail(invalid_field("content", "must be UTF-8"));
  if (is_blank(content)) return fail(invalid_field("content", "must not be empty"));
  if (count_characters(content) > content_characters_max)
    return fail(invalid_field("content", "must have at most 8000 characters"));
  return {};
}

Result<void> validate_turn(const Turn& turn) {
  TRY_VOID(validate_content(turn.content));
  TRY_VOID(validate_images(turn.images));
  bool is_name =
      turn.client_message.size() <= client_name_bytes_max && is_valid_utf8(turn.client_message);
  if (!is_name) return fail(invalid_field("client_message_id", "must have at most 100 bytes"));
  return {};
}

Result<void> validate_session(const NewSession& session) {
  Error error{.code = ErrorCode::invalid, .message = "The chat session is not valid"};
  auto check_text = [&error](std::string field, std::string_view text, std::size_t bytes_max) {
    if (!is_valid_utf8(text))
      error.details.push_back({std::move(field), "must be UTF-8"});
    else if (text.size() > bytes_max)
      error.details.push_back({std::move(field), "is too long"});
  };
  check_text("title", session.title, name_bytes_max);
  check_text("user_name", session.user_name, name_bytes_max);
  check_text("metadata", session.metadata, metadata_bytes_max);
  auto metadata = json::parse(session.metadata);
  if (!metadata || !metadata->is_object())
    error.details.push_back({"metadata", "must be a JSON object"});
  if (!error.details.empty()) return fail(std::move(error));
  return {};
}

Result<void> validate_page(const knowledge::PageRequest& page) {
  if (page.page < 1) return fail(invalid_field("page", "must be at least 1"));
  if (page.limit < 1 || page.limit > 200)
    return fail(invalid_field("limit", "must be between 1 and 200"));
  return {};
}

Result<void> validate_status(const std::optional<std::string>& status) {
  if (!status || *status == "active" || *status == "ended") return {};
  return fail(invalid_field("status", "must be active or ended"));
}

Result<void> validate_images(std::span<const ChatImage> images) {
  if (images.size() > images_max) return fail(invalid_field("image", "must be at most four"));
  for (const auto& image : images) TRY_VOID(validate_image(image));
  return {};
}

Result<void> validate_completion(const CompletionRequest& request) {
  TRY_VOID(validate_messages(request.messages));
  TRY_VOID(validate_tools(request));
  if (request.format.kind == AnswerFormat::Kind::schema && !is_json_object(request.format.schema))
    return fail(invalid_field("response_format", "needs a JSON Schema object"));
  if (request.temperature && !(*request.temperature >= 0 && *request.temperature <= 2))
    return fail(invalid_field("temperature", "must be between 0 and 2"));
  if (request.top_p && !(*request.top_p > 0 && *request.top_p <= 1))
    return fail(invalid_field("top_p", "must be above 0 and at most 1"));
  if (request.tokens_max && (*request.tokens_max < 1 || *request.tokens_max > 128'000))
    return fail(invalid_field("max_tokens", "must be between 1 and 128000"));
  if (request.stop.size() > stops_max)
    return fail(invalid_field("stop", "must be at most four texts"));
  return {};
}

}  // namespace aiva::chat
