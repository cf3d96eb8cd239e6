#include "audio/rtp_packet.h"

#include <string_view>

namespace aiva::audio {
namespace {

constexpr std::size_t header_bytes = 12;
constexpr unsigned version = 2;
constexpr std::string_view keys = "0123456789*#ABCD";

std::uint16_t read_16(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8U | bytes[at + 1]);
}

std::uint32_t read_32(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint32_t>(read_16(bytes, at)) << 16U | read_16(bytes, at + 2);
}

void append_16(std::uint16_t value, std::vector<std::uint8_t>& out) {
  out.push_back(static_cast<std::uint8_t>(value >> 8U));
  out.push_back(static_cast<std::uint8_t>(value));
}

void append_32(std::uint32_t value, std::vector<std::uint8_t>& out) {
  append_16(static_cast<std::uint16_t>(value >> 16U), out);
  append_16(static_cast<std::uint16_t>(value), out);
}

}  // namespace

std::optional<RtpPacket> parse_rtp(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < header_bytes || bytes[0] >> 6U != version) return std::nullopt;
  // Types of RTCP packets, less the bit that marks.
  const auto type = static_cast<std::uint8_t>(bytes[1] & 0x7FU);
  if (type >= 64 && type <= 95) return std::nullopt;
  const bool has_padding = (bytes[0] & 0x20U) != 0;
  const bool has_extension = (bytes[0] & 0x10U) != 0;
  std::size_t start = header_bytes + 4UL * (bytes[0] & 0x0FU);
  if (has_extension) {
    if (start + 4 > bytes.size()) return std::nullopt;
    start += 4 + 4UL * read_16(bytes, start + 2);
  }
  if (start > bytes.size()) return std::nullopt;
  auto payload = bytes.subspan(start);
  if (has_padding) {
    if (payload.empty() || payload.back() == 0 || payload.back() > payload.size())
      return std::nullopt;
    payload = payload.first(payload.size() - payload.back());
  }
  return RtpPacket{.payload_type = type,
                   .is_marked = (bytes[1] & 0x80U) != 0,
                   .sequence = read_16(bytes, 2),
                   .timestamp = read_32(bytes, 4),
                   .source = read_32(bytes, 8),
                   .payload = payload};
}

void append_rtp(const RtpPacket& packet, std::vector<std::uint8_t>& out) {
  out.reserve(out.size() + header_bytes + packet.payload.size());
  out.push_back(version << 6U);
  out.push_back(
      static_cast<std::uint8_t>((packet.payload_type & 0x7FU) | (packet.is_marked ? 0x80U : 0U)));
  append_16(packet.sequence, out);
  append_32(packet.timestamp, out);
  append_32(packet.source, out);
  out.insert(out.end(), packet.payload.begin(), packet.payload.end());
}

std::optional<TelephoneEvent> parse_telephone_event(std::span<const std::uint8_t> payload) {
  if (payload.size() < 4 || payload[0] >= keys.size()) return std::nullopt;
  return TelephoneEvent{.digit = keys[payload[0]],
                        .is_end = (payload[1] & 0x80U) != 0,
                        .duration = read_16(payload, 2)};
}

}  // namespace aiva::audio
