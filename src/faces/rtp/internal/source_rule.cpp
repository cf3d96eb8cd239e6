#include "faces/rtp/internal/source_rule.h"

namespace aiva::rtp {
namespace {

constexpr int packets_of_first = 2;
constexpr int packets_of_next = 3;
constexpr std::chrono::milliseconds silence_before_move{500};
constexpr std::int16_t sequence_step_max = 3'000;  // a minute

}  // namespace

bool SourceRule::is_repeated(const Endpoint& from, const audio::RtpPacket& packet, int times) {
  bool is_next = candidate_.packets > 0 && candidate_.from == from &&
                 candidate_.source == packet.source && candidate_.next_sequence == packet.sequence;
  candidate_.packets = is_next ? candidate_.packets + 1 : 1;
  candidate_.from = from;
  candidate_.source = packet.source;
  candidate_.next_sequence = static_cast<std::uint16_t>(packet.sequence + 1);
  return candidate_.packets >= times;
}

SourceRule::Verdict SourceRule::take_over(const Endpoint& from, const audio::RtpPacket& packet,
                                          Instant now, int times) {
  if (!is_repeated(from, packet, times)) return Verdict::unsure;
  is_known_ = true;
  endpoint_ = from;
  source_ = packet.source;
  last_sequence_ = packet.sequence;
  heard_at_ = now;
  candidate_ = {};
  return Verdict::accepted;
}

bool SourceRule::continues(const audio::RtpPacket& packet, Instant now) const {
  auto step = static_cast<std::int16_t>(packet.sequence - last_sequence_);
  return packet.source == source_ && step > 0 && step <= sequence_step_max &&
         now - heard_at_ >= silence_before_move;
}

SourceRule::Verdict SourceRule::judge(const Endpoint& from, const audio::RtpPacket& packet,
                                      Instant now) {
  if (!is_known_) return take_over(from, packet, now, from == endpoint_ ? 1 : packets_of_first);
  if (from == endpoint_ && packet.source == source_) {
    if (static_cast<std::int16_t>(packet.sequence - last_sequence_) > 0)
      last_sequence_ = packet.sequence;
    heard_at_ = now;
    candidate_ = {};
    return Verdict::accepted;
  }
  if (from != endpoint_ && !(may_move_ && continues(packet, now))) return Verdict::refused;
  return take_over(from, packet, now, packets_of_next);
}

}  // namespace aiva::rtp
