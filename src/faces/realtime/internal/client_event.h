#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "faces/realtime/internal/conversation.h"
#include "faces/realtime/internal/event_error.h"
#include "foundation/json.h"
#include "foundation/result.h"

namespace aiva::realtime {

// An event of the client, as far as it was looked at.
struct ClientEvent {
  std::string type{};
  std::string id{};  // empty: it has none
  json::Value body{};
};

// Fails with `invalid` when it is no JSON object with a `type`, or its `event_id` is no short text.
Result<ClientEvent> read_event(std::string_view text);

// Of input_audio_buffer.append. Views point into the event's text.
struct AudioAppend {
  std::string_view id{};     // empty: it has none
  std::string_view audio{};  // Base64, not looked at
};

// Reads it as clients write it, which is nearly all that comes: a flat object of `type`, `audio`
// and perhaps `event_id`. Nothing for any other text, which read_event() understands.
std::optional<AudioAppend> scan_append(std::string_view text);

struct WrittenItem {
  Item item{};          // without an id where the client gave none
  std::string after{};  // an item's id, "root", or empty: at the end
};

// Of conversation.item.create: a message of the user in words. Fails with `invalid` for what is
// malformed, and naming what is not supported for all else.
Result<WrittenItem> read_item(const json::Value& event);

struct ResponseRequest {
  std::string metadata = "null";        // JSON
  std::optional<EventError> refusal{};  // of what cannot be asked for
};

// Of response.create. Fails with `invalid`.
Result<ResponseRequest> read_response_request(const json::Value& event);

}  // namespace aiva::realtime
