#include "capabilities/campaigns/settings_json.h"

#include <utility>

#include "foundation/json_writer.h"

namespace aiva::campaigns {
namespace {

Result<std::string> text_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string())
    return fail(ErrorCode::invalid, "must have the text " + std::string(name));
  return std::string(value->get_string());
}

Result<std::int64_t> number_of(const json::Object& object, std::string_view name,
                               std::int64_t fallback) {
  const auto* value = object.if_contains(name);
  if (value == nullptr) return fallback;
  if (!value->is_int64())
    return fail(ErrorCode::invalid, std::string(name) + " must be a whole number");
  return value->get_int64();
}

Result<CallingWindow> window_of(const json::Value& value) {
  const auto* object = value.if_object();
  const auto* days = object == nullptr ? nullptr : object->if_contains("days");
  if (days == nullptr || !days->is_array())
    return fail(ErrorCode::invalid, "each must be an object with days, from and to");
  CallingWindow window;
  for (const auto& day : days->get_array()) {
    if (!day.is_string()) return fail(ErrorCode::invalid, "days must be texts");
    window.days.emplace_back(day.get_string());
  }
  TRY(window.from, text_of(*object, "from"));
  TRY(window.to, text_of(*object, "to"));
  return window;
}

}  // namespace

std::string to_json(const std::vector<CallingWindow>& windows) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& window : windows) {
    writer.begin_object().key("days").begin_array();
    for (const auto& day : window.days) writer.value(day);
    writer.end_array().field("from", window.from).field("to", window.to).end_object();
  }
  writer.end_array();
  return text;
}

Result<std::vector<CallingWindow>> windows_from_json(const json::Value& value) {
  const auto* array = value.if_array();
  if (array == nullptr) return fail(ErrorCode::invalid, "must be a list");
  std::vector<CallingWindow> windows;
  for (const auto& entry : *array) {
    TRY(auto window, window_of(entry));
    windows.push_back(std::move(window));
  }
  return windows;
}

std::string to_json(const Retries& retries) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  for (const auto& [outcome, rule] : retries)
    writer.key(outcome)
        .begin_object()
        .field("times", rule.times)
        .field("after_s", rule.after_s)
        .end_object();
  writer.end_object();
  return text;
}

Result<Retries> retries_from_json(const json::Value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return fail(ErrorCode::invalid, "must be an object");
  Retries retries;
  for (const auto& [outcome, rule] : *object) {
    const auto* fields = rule.if_object();
    if (fields == nullptr) return fail(ErrorCode::invalid, "each must be an object");
    TRY(auto times, number_of(*fields, "times", 0));
    TRY(auto after_s, number_of(*fields, "after_s", RetryRule{}.after_s));
    if (times < 0 || times > 10) return fail(ErrorCode::invalid, "times must be from 0 to 10");
    retries[std::string(outcome)] = {.times = static_cast<int>(times), .after_s = after_s};
  }
  return retries;
}

std::string to_json(const std::map<std::string, std::string>& variables) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  for (const auto& [name, value] : variables) writer.field(name, value);
  writer.end_object();
  return text;
}

}  // namespace aiva::campaigns
