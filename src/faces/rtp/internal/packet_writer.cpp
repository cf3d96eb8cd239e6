#include "faces/rtp/internal/packet_writer.h"

#include <array>
#include <cstring>

#include "audio/rtp_packet.h"
#include "foundation/crypto.h"

namespace aiva::rtp {
namespace {

constexpr auto frame_time = std::chrono::milliseconds(voice::frame_ms);
// Frames that were late follow each other at once; what is longer ago was a pause.
constexpr auto pause_min = 4 * frame_time;

}  // namespace

PacketWriter::Beginning PacketWriter::Beginning::random() {
  std::array<std::uint8_t, 10> bytes{};
  random_bytes(bytes);
  Beginning beginning;
  std::memcpy(&beginning.sequence, bytes.data(), 2);
  std::memcpy(&beginning.timestamp, bytes.data() + 2, 4);
  std::memcpy(&beginning.source, bytes.data() + 6, 4);
  return beginning;
}

PacketWriter::PacketWriter(std::uint8_t payload_type, voice::AudioFormat format,
                           Beginning beginning)
    : payload_type_(payload_type),
      format_(format),
      next_(beginning),
      frame_samples_(static_cast<std::uint32_t>(format.rate / 1000 * voice::frame_ms)) {}

std::span<const std::uint8_t> PacketWriter::write(std::string_view frame, Instant now) {
  bool is_first = !has_begun_;
  if (has_begun_ && now - last_ >= pause_min) {
    is_first = true;
    auto left_out = (now - last_ + frame_time / 2) / frame_time - 1;
    next_.timestamp += static_cast<std::uint32_t>(left_out) * frame_samples_;
  }
  has_begun_ = true;
  last_ = now;
  payload_.assign(frame.begin(), frame.end());
  if (format_.coding == voice::Coding::pcm16)
    for (std::size_t at = 0; at + 1 < payload_.size(); at += 2)
      std::swap(payload_[at], payload_[at + 1]);
  packet_.clear();
  audio::append_rtp({.payload_type = payload_type_,
                     .is_marked = is_first,
                     .sequence = next_.sequence,
                     .timestamp = next_.timestamp,
                     .source = next_.source,
                     .payload = payload_},
                    packet_);
  ++next_.sequence;
  next_.timestamp += frame_samples_;
  return packet_;
}

}  // namespace aiva::rtp
