#include "faces/realtime/internal/conversation.h"

#include <algorithm>
#include <utility>

namespace aiva::realtime {
namespace {

constexpr std::size_t items_max = 1'000;

std::string_view name_of(Item::Status status) {
  switch (status) {
    case Item::Status::in_progress: return "in_progress";
    case Item::Status::completed: return "completed";
    case Item::Status::incomplete: return "incomplete";
  }
  return {};
}

std::string_view kind_of_content(const Item& item) {
  if (item.role == Item::Role::user) return item.is_audio ? "input_audio" : "input_text";
  return item.is_audio ? "output_audio" : "output_text";
}

void write_content(JsonWriter& writer, const Item& item) {
  bool is_answer_begun = item.role == Item::Role::assistant && !item.text;
  if (is_answer_begun) return;
  writer.begin_object().field("type", kind_of_content(item));
  std::string_view name = item.is_audio ? "transcript" : "text";
  if (item.text)
    writer.field(name, *item.text);
  else
    writer.null_field(name);
  writer.end_object();
}

}  // namespace

void write_item(JsonWriter& writer, const Item& item) {
  writer.begin_object()
      .field("id", item.id)
      .field("object", "realtime.item")
      .field("type", "message")
      .field("role", item.role == Item::Role::user ? "user" : "assistant")
      .field("status", name_of(item.status))
      .key("content")
      .begin_array();
  write_content(writer, item);
  writer.end_array().end_object();
}

Item& Conversation::add(Item item, std::string_view after) {
  if (items_.size() >= items_max) items_.pop_front();
  auto place = items_.end();
  if (after == "root") {
    place = items_.begin();
  } else if (!after.empty()) {
    place = std::ranges::find(items_, after, &Item::id);
    if (place != items_.end()) ++place;
  }
  return *items_.insert(place, std::move(item));
}

Item* Conversation::find(std::string_view id) {
  auto found = std::ranges::find(items_, id, &Item::id);
  return found == items_.end() ? nullptr : &*found;
}

std::string Conversation::previous(std::string_view id) const {
  auto found = std::ranges::find(items_, id, &Item::id);
  return found == items_.begin() || found == items_.end() ? std::string() : std::prev(found)->id;
}

void Conversation::erase(std::string_view id) {
  std::erase_if(items_, [id](const Item& item) { return item.id == id; });
}

std::string Conversation::take_unanswered() {
  std::string words;
  for (auto& item : items_) {
    if (item.is_answered) continue;
    item.is_answered = true;
    if (!words.empty()) words += '\n';
    words += item.text.value_or("");
  }
  return words;
}

}  // namespace aiva::realtime
