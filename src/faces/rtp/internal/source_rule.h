#pragma once

#include <chrono>
#include <cstdint>

#include "audio/rtp_packet.h"
#include "faces/rtp/internal/udp_socket.h"

namespace aiva::rtp {

// Whose packets a call takes, so that nobody who guesses its port speaks in it. The first sender of
// two packets in a row has it. A new SSRC of the same sender counts after three packets in a row
// with none of the old one between; another address takes the call over only with the SSRC and the
// next sequence numbers of a sender that has fallen silent (one behind a NAT, say).
class SourceRule {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // `may_move`: whether another address may take over at all.
  explicit SourceRule(bool may_move) : may_move_(may_move) {}

  // Who is to send, as somebody says who knows: its first packet counts, and answers go there from
  // now on. Before anybody has sent.
  void expect(const Endpoint& endpoint) { endpoint_ = endpoint; }

  enum class Verdict : std::uint8_t {
    accepted,
    unsure,   // it may be the first of a new sender; not taken
    refused,  // of somebody else
  };
  Verdict judge(const Endpoint& from, const audio::RtpPacket& packet, Instant now);

  [[nodiscard]] bool is_known() const { return is_known_; }
  // Where answers go; once it is known or expected.
  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }

 private:
  bool is_repeated(const Endpoint& from, const audio::RtpPacket& packet, int times);
  Verdict take_over(const Endpoint& from, const audio::RtpPacket& packet, Instant now, int times);
  [[nodiscard]] bool continues(const audio::RtpPacket& packet, Instant now) const;

  struct Candidate {
    Endpoint from{};
    std::uint32_t source = 0;
    std::uint16_t next_sequence = 0;
    int packets = 0;  // in a row
  };

  bool may_move_;
  bool is_known_ = false;
  Endpoint endpoint_{};
  std::uint32_t source_ = 0;
  std::uint16_t last_sequence_ = 0;
  Instant heard_at_{};
  Candidate candidate_{};
};

}  // namespace aiva::rtp
