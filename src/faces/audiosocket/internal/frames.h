#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aiva::audiosocket {

// Kinds of frames (Asterisk, include/asterisk/res_audiosocket.h).
enum class Kind : std::uint8_t {
  hang_up = 0x00,
  id = 0x01,
  dtmf = 0x03,
  audio_8k = 0x10,
  audio_12k,
  audio_16k,
  audio_24k,
  audio_32k,
  audio_44k,
  audio_48k,
  audio_96k,
  audio_192k,
  error = 0xFF,
};

// One byte of kind, two of length (big-endian), the payload.
inline constexpr std::size_t header_bytes = 3;

// Samples a second of an audio kind; nothing for another kind.
std::optional<int> rate_of(std::uint8_t kind);
// Nothing for a rate no kind stands for.
std::optional<Kind> audio_kind_of(int rate);

// Header and payload; the payload has at most 65535 bytes.
void append_frame(std::string& out, Kind kind, std::string_view payload);

struct Frame {
  std::uint8_t kind = 0;
  std::string_view payload{};  // until the parser is fed again
};

// Cuts a stream of bytes into frames. It keeps at most one unfinished frame.
class FrameParser {
 public:
  // `bytes` must outlive the frames taken of it.
  void feed(std::string_view bytes);
  // The next whole frame.
  std::optional<Frame> next();

 private:
  std::string kept_{};      // of an unfinished frame
  std::string whole_{};     // the frame last taken, when it came in pieces
  std::string_view fed_{};  // not looked at yet
};

}  // namespace aiva::audiosocket
