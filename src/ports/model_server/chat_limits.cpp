#include "ports/model_server/chat_limits.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/json.h"

namespace aiva::model_server {
namespace {

constexpr std::size_t messages_max = 2048;
constexpr std::size_t tools_max = 128;
constexpr std::size_t stop_words_max = 4;
constexpr std::size_t name_bytes_max = 64;

bool is_name(std::string_view name) {
  auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !name.empty() && name.size() <= name_bytes_max && std::ranges::all_of(name, is_allowed);
}

bool is_json_object(std::string_view text) {
  auto value = json::parse(text);
  return value && value->is_object();
}

class Mistakes {
 public:
  void expect(bool is_right, std::string field, const char* message) {
    if (!is_right) found_.push_back({std::move(field), message});
  }
  Result<void> finish() {
    if (found_.empty()) return {};
    Error error{.code = ErrorCode::invalid, .message = "The request to the model is not valid"};
    error.details = std::move(found_);
    return fail(std::move(error));
  }

 private:
  std::vector<FieldError> found_;
};

void check_images(const ChatMessage& message, const std::string& field, Mistakes& mistakes) {
  constexpr std::array types = {std::string_view("image/png"), std::string_view("image/jpeg"),
                                std::string_view("image/gif"), std::string_view("image/webp")};
  mistakes.expect(message.images.empty() || message.role == ChatRole::user, field + ".images",
                  "belong to a user's message");
  for (const auto& image : message.images) {
    bool is_known = std::ranges::find(types, image.mime_type) != types.end();
    bool is_there = image.bytes.empty() ? image.url.starts_with("https://") : is_known;
    mistakes.expect(is_there, field + ".images",
                    "must be PNG, JPEG, GIF or WebP, or have an https address");
  }
}

void check_tools(const ChatRequest& request, Mistakes& mistakes) {
  mistakes.expect(request.tools.size() <= tools_max, "tools", "are too many");
  bool is_offered = false;
  for (std::size_t i = 0; i < request.tools.size(); ++i) {
    const auto& tool = request.tools[i];
    auto field = "tools[" + std::to_string(i) + "]";
    mistakes.expect(is_name(tool.name), field + ".name", "must match [a-zA-Z0-9_-]{1,64}");
    mistakes.expect(is_json_object(tool.parameters), field + ".parameters",
                    "must be a JSON Schema object");
    is_offered = is_offered || tool.name == request.tool_choice.name;
  }
  bool is_named = request.tool_choice.mode == ToolChoice::Mode::named;
  mistakes.expect(!is_named || is_offered, "tool_choice", "names a function that is not offered");
  bool is_required = request.tool_choice.mode == ToolChoice::Mode::required;
  mistakes.expect(!is_required || !request.tools.empty(), "tool_choice", "needs functions");
}

}  // namespace

Result<void> check_chat_request(const ChatRequest& request) {
  Mistakes mistakes;
  mistakes.expect(!request.messages.empty() && request.messages.size() <= messages_max, "messages",
                  "must be 1 to 2048");
  for (std::size_t i = 0; i < request.messages.size(); ++i)
    check_images(request.messages[i], "messages[" + std::to_string(i) + "]", mistakes);
  check_tools(request, mistakes);
  if (request.format.kind == AnswerFormat::Kind::schema) {
    mistakes.expect(is_name(request.format.name), "format.name", "must match [a-zA-Z0-9_-]{1,64}");
    mistakes.expect(is_json_object(request.format.schema), "format.schema",
                    "must be a JSON Schema object");
  }
  mistakes.expect(request.temperature >= 0 && request.temperature <= 2, "temperature",
                  "must be between 0 and 2");
  mistakes.expect(request.tokens_max > 0, "tokens_max", "must be above 0");
  mistakes.expect(!request.top_p || (*request.top_p >= 0 && *request.top_p <= 1), "top_p",
                  "must be between 0 and 1");
  bool has_empty = std::ranges::any_of(request.stop, &std::string::empty);
  mistakes.expect(request.stop.size() <= stop_words_max && !has_empty, "stop",
                  "must be at most 4 texts");
  return mistakes.finish();
}

}  // namespace aiva::model_server
