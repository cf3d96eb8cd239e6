#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "capabilities/voice/leg.h"

namespace aiva::realtime {

// A control message of Asterisk's chan_websocket, which writes JSON or plain text, as it is set up.
struct MediaEvent {
  enum class Kind : std::uint8_t {
    start,
    xoff,  // its queue is nearly full
    xon,
    digit,
    status,
    drained,  // its queue is empty
    error,
    other,
  };
  Kind kind = Kind::other;
  std::string format{};         // of `start`: "ulaw", "slin16", …
  std::size_t frame_bytes = 0;  // of `start`: what it sends and takes goes by so many
  std::string connection{};
  std::string channel{};
  std::string channel_id{};
  char digit = 0;
  std::int64_t queue_length = 0;  // of `status`, in frames
  std::string text{};             // of `error`
  bool is_json = false;
};

// Nothing for a text that is no control message.
std::optional<MediaEvent> read_media_event(std::string_view text);

// A command without parameters, in the same way of writing. Asterisk passes over those of more
// than 128 bytes; ours are shorter.
std::string media_command(std::string_view name, bool is_json);

// How Asterisk calls the samples it sends. Nothing for those we do not speak.
std::optional<voice::AudioFormat> format_named(std::string_view name);

}  // namespace aiva::realtime
