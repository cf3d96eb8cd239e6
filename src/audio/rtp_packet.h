#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace aiva::audio {

// A packet of RTP (RFC 3550, 5.1). The payload is borrowed.
struct RtpPacket {
  std::uint8_t payload_type = 0;  // 0…127
  bool is_marked = false;         // the first packet after silence
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;  // of the first sample, in samples
  std::uint32_t source = 0;     // SSRC
  std::span<const std::uint8_t> payload{};
};

// Reads what came over the network; the payload points into it. Nothing when it is no RTP of
// version 2, is cut short, or is RTCP (RFC 5761, 4).
std::optional<RtpPacket> parse_rtp(std::span<const std::uint8_t> bytes);
// Appends the packet's bytes, without contributing sources or extension.
void append_rtp(const RtpPacket& packet, std::vector<std::uint8_t>& out);

// A key that is pressed, told beside the sound (RFC 4733, 2.3).
struct TelephoneEvent {
  char digit = 0;  // 0…9 * # A…D
  bool is_end = false;
  std::uint16_t duration = 0;  // samples so far
};
// Nothing when the payload is too short or tells of something else than a key.
std::optional<TelephoneEvent> parse_telephone_event(std::span<const std::uint8_t> payload);

}  // namespace aiva::audio
