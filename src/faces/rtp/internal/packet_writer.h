#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "capabilities/voice/leg.h"

namespace aiva::rtp {

// Frames of 20 ms as packets of one stream (RFC 3550, 5.1): sequence numbers have no gaps, the
// timestamp follows the time, the first packet after a pause is marked.
class PacketWriter {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  struct Beginning {
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    std::uint32_t source = 0;
    // Of the system's generator, as nobody should guess them.
    static Beginning random();
  };
  PacketWriter(std::uint8_t payload_type, voice::AudioFormat format, Beginning beginning);

  // The packet of a frame that is played now; until the next one.
  std::span<const std::uint8_t> write(std::string_view frame, Instant now);

 private:
  std::uint8_t payload_type_;
  voice::AudioFormat format_;
  Beginning next_;
  std::uint32_t frame_samples_;
  bool has_begun_ = false;
  Instant last_{};
  std::vector<std::uint8_t> payload_{};
  std::vector<std::uint8_t> packet_{};
};

}  // namespace aiva::rtp
