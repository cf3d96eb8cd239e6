#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/json_writer.h"

namespace aiva::realtime {

// Something that was said or written.
struct Item {
  enum class Role : std::uint8_t { user, assistant };
  enum class Status : std::uint8_t { in_progress, completed, incomplete };

  std::string id{};
  Role role = Role::user;
  Status status = Status::completed;
  bool is_audio = false;
  std::optional<std::string> text{};  // or transcript; nothing as long as it is not known
  bool is_answered = true;            // or is an answer; false: response.create answers it
  std::size_t audio_bytes = 0;        // of an answer, as far as it was sent
};

// {"id","object","type":"message","role","status","content"}
void write_item(JsonWriter& writer, const Item& item);

// What a session's events speak of, in order. The record of the call is kept elsewhere.
class Conversation {
 public:
  // Adds it at the end, or behind `after`, or in front of all ("root"). Drops the oldest item when
  // there are too many. Valid until the next change.
  Item& add(Item item, std::string_view after = {});
  // Null when it is not there (any more).
  Item* find(std::string_view id);
  // Empty when it is the first one.
  [[nodiscard]] std::string previous(std::string_view id) const;
  void erase(std::string_view id);
  // What the user wrote since the last answer, in lines; it counts as answered from now on.
  std::string take_unanswered();

 private:
  std::deque<Item> items_{};
};

}  // namespace aiva::realtime
