#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audio/dtmf_detector.h"
#include "audio/jitter_buffer.h"
#include "audio/rtp_packet.h"
#include "capabilities/voice/leg.h"
#include "faces/rtp/internal/key_reader.h"
#include "faces/rtp/internal/loss_runs.h"

namespace aiva::rtp {

// Payload types (RFC 3551; the dynamic ones as Asterisk numbers them).
namespace payload {
inline constexpr std::uint8_t pcmu = 0;
inline constexpr std::uint8_t pcma = 8;
inline constexpr std::uint8_t linear_8k = 10;  // Asterisk's slin; others mean music by it
inline constexpr std::uint8_t comfort_noise = 13;
inline constexpr std::uint8_t telephone_event = 101;
inline constexpr std::uint8_t linear_16k = 118;  // Asterisk's slin16, the high byte first
}  // namespace payload

// What that payload type holds; nothing when it is no audio that a call knows.
std::optional<voice::AudioFormat> format_of(std::uint8_t payload_type);
// The other way; nothing where there is none for it.
std::optional<std::uint8_t> payload_type_of(const voice::AudioFormat& format);

// A stream of packets made into frames of 20 ms in the call's format, and into keys. Knows neither
// sockets nor clocks.
class Receiver {
 public:
  // The format is that of the first packet. `detects_tones`: listens for keys in the sound, too.
  Receiver(voice::AudioFormat format, bool detects_tones);

  // False when nothing of it could be used.
  bool put(const audio::RtpPacket& packet, std::chrono::microseconds arrival);

  struct Frame {
    std::string_view audio{};  // 20 ms; until the next frame
    audio::JitterBuffer::Played played{};
  };
  // The next 20 ms, whatever came of them.
  Frame next_frame();
  // Keys that were pressed since the last time.
  std::string take_keys();

  [[nodiscard]] const voice::AudioFormat& format() const { return format_; }
  [[nodiscard]] const audio::JitterCounts& counts() const { return buffer_.counts(); }
  [[nodiscard]] std::uint64_t frames_made_up() const { return frames_made_up_; }
  // Nothing when no packet came.
  [[nodiscard]] std::optional<voice::LegQuality> quality() const;

 private:
  static constexpr std::size_t keys_max = 64;  // that nobody took yet

  bool put_audio(const audio::RtpPacket& packet, std::chrono::microseconds arrival);
  void add_key(char key);
  void count_frame(audio::JitterBuffer::Played played);
  void listen_for_tones();

  voice::AudioFormat format_;
  audio::JitterBuffer buffer_;
  KeyReader keys_{};
  std::optional<audio::DtmfDetector> tones_{};
  bool has_key_packets_ = false;  // then keys in the sound are the same ones
  std::optional<std::uint32_t> source_{};
  std::vector<std::int16_t> samples_{};
  std::string frame_{};
  std::string pressed_{};

  std::uint64_t frames_ = 0;  // in which something was to be heard
  std::uint64_t frames_made_up_ = 0;
  bool has_heard_ = false;
  LossRuns runs_{};
  double waited_ms_ = 0;  // in the buffer, of all frames together
};

}  // namespace aiva::rtp
