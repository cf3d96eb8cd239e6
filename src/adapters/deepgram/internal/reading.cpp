#include "adapters/deepgram/internal/reading.h"

#include <utility>

namespace aiva::deepgram {
namespace {

constexpr std::size_t message_bytes_max = 1024 * 1024;
constexpr std::size_t depth_max = 16;
constexpr std::size_t cause_bytes_max = 400;

}  // namespace

const json::Object* object_of(const json::Object* object, std::string_view name) {
  const auto* found = object == nullptr ? nullptr : object->if_contains(name);
  return found == nullptr ? nullptr : found->if_object();
}

const json::Object* first_of(const json::Object* object, std::string_view name) {
  const auto* found = object == nullptr ? nullptr : object->if_contains(name);
  const auto* array = found == nullptr ? nullptr : found->if_array();
  return array == nullptr || array->empty() ? nullptr : array->front().if_object();
}

std::string text_of(const json::Object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  const auto* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

double number_of(const json::Object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  if (found == nullptr || !found->is_number()) return 0;
  return found->to_number<double>();
}

bool flag_of(const json::Object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  const auto* flag = found == nullptr ? nullptr : found->if_bool();
  return flag != nullptr && *flag;
}

Result<json::Value> read_message(std::string_view text) {
  auto parsed = json::parse(text, {.bytes_max = message_bytes_max, .depth_max = depth_max});
  const auto* message = parsed ? parsed->if_object() : nullptr;
  if (message == nullptr || text_of(*message, "type").empty())
    return fail(ErrorCode::unavailable, "The speech provider's answer is malformed",
                parsed ? "no type" : parsed.error().message);
  return std::move(*parsed);
}

std::string cause_of(std::string_view code, std::string_view description,
                     std::string_view api_key) {
  std::string cause(code.substr(0, cause_bytes_max));
  cause += ": ";
  cause += description.substr(0, cause_bytes_max);
  for (auto at = api_key.empty() ? std::string::npos : cause.find(api_key); at != std::string::npos;
       at = cause.find(api_key, at))
    cause.replace(at, api_key.size(), "(key)");
  return cause;
}

}  // namespace aiva::deepgram
