#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aiva::openai_realtime {

// Appends base64 with padding (RFC 4648 section 4).
void append_base64(std::string& out, std::string_view bytes);

// The bytes of padded base64, nothing when it is none.
std::optional<std::string> decode_base64(std::string_view text);

// A piece of an answer's audio.
struct AudioDelta {
  std::string_view answer{};
  std::string_view item{};
  std::string_view audio{};  // base64
};

// Reads an event response.output_audio.delta as providers write it: a flat object without escapes.
// Nothing for any other text, which then has to be parsed properly. Views point into the text.
std::optional<AudioDelta> scan_audio_delta(std::string_view text);

}  // namespace aiva::openai_realtime
