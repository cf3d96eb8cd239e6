#include "adapters/openai/internal/chat_events.h"

#include <utility>

#include "adapters/openai/internal/failure.h"

namespace aiva::openai {
namespace {

std::unexpected<Error> broken(std::string cause) {
  return fail(ErrorCode::unavailable, "The model's answer broke off", std::move(cause));
}

// The member of that name, null when it is absent, null or `value` is no object.
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

ChatUsage read_usage(const json::Value& usage) {
  ChatUsage counted{.input_tokens = read_count(usage, "prompt_tokens"),
                    .output_tokens = read_count(usage, "completion_tokens")};
  const auto* details = find(usage, "prompt_tokens_details");
  if (details != nullptr) counted.cached_tokens = read_count(*details, "cached_tokens");
  return counted;
}

}  // namespace

Result<void> ChatEvents::feed(std::string_view bytes) {
  auto events = parser_.feed(bytes);
  if (!events) return broken(events.error().message);
  for (const auto& event : *events) {
    if (is_complete_) return {};
    TRY_VOID(read_event(event.data));
  }
  return {};
}

Result<void> ChatEvents::read_event(std::string_view data) {
  if (data == "[DONE]") {
    complete();
    return {};
  }
  auto event = json::parse(data);
  if (!event) return broken("an event is no JSON: " + event.error().message);
  if (!event->is_object()) return broken("an event is no object");
  if (find(*event, "error") != nullptr) return fail(describe_stream_error(data, api_key_));

  auto model = read_text(*event, "model");
  if (!model.empty()) model_ = model;
  const auto* choices = find(*event, "choices");
  const auto* list = choices == nullptr ? nullptr : choices->if_array();
  if (list != nullptr && !list->empty()) read_choice(list->front());
  const auto* usage = find(*event, "usage");
  if (usage != nullptr) usage_ = read_usage(*usage);
  return {};
}

void ChatEvents::read_choice(const json::Value& choice) {
  auto reason = read_text(choice, "finish_reason");
  if (!reason.empty()) finish_reason_ = reason;
  const auto* delta = find(choice, "delta");
  if (delta == nullptr) return;
  auto text = read_text(*delta, "content");
  if (text.empty()) text = read_text(*delta, "refusal");
  if (!text.empty()) ready_.push_back({.text = std::string(text)});
}

Result<void> ChatEvents::end() {
  if (is_complete_) return {};
  if (finish_reason_.empty()) return broken("the stream ended before the answer");
  complete();
  return {};
}

// Usage comes after the finish reason, so the last piece waits for both.
void ChatEvents::complete() {
  is_complete_ = true;
  if (finish_reason_.empty()) finish_reason_ = "stop";
  ready_.push_back({.text = {}, .finish_reason = finish_reason_, .usage = usage_});
}

std::optional<ChatDelta> ChatEvents::take() {
  if (ready_.empty()) return std::nullopt;
  auto delta = std::move(ready_.front());
  ready_.pop_front();
  return delta;
}

}  // namespace aiva::openai
