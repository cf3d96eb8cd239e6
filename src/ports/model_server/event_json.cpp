#include "ports/model_server/event_json.h"

namespace aiva::model_server {

const json::Value* find(const json::Value& value, std::string_view name) {
  const auto* object = value.if_object();
  const auto* member = object == nullptr ? nullptr : object->if_contains(name);
  return member == nullptr || member->is_null() ? nullptr : member;
}

std::int64_t read_count(const json::Value& value, std::string_view name) {
  const auto* member = find(value, name);
  const auto* count = member == nullptr ? nullptr : member->if_int64();
  return count == nullptr || *count < 0 ? 0 : *count;
}

std::string_view read_text(const json::Value& value, std::string_view name) {
  const auto* member = find(value, name);
  const auto* text = member == nullptr ? nullptr : member->if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

}  // namespace aiva::model_server
