#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "audio/jitter_buffer.h"
#include "capabilities/voice/frame_clock.h"
#include "capabilities/voice/live_call.h"
#include "faces/rtp/internal/core.h"
#include "faces/rtp/internal/packet_writer.h"
#include "faces/rtp/internal/receiver.h"
#include "faces/rtp/internal/source_rule.h"

namespace aiva::rtp {

// One stream of packets as the leg of a call. It is played from its first packets on, every 20 ms
// of the frame clock, whether the call has begun or not. On its loop only.
class RtpLeg final : public voice::Leg,
                     public voice::Beating,
                     public std::enable_shared_from_this<RtpLeg> {
 public:
  using Instant = voice::Instant;
  using Bytes = std::span<const std::uint8_t>;

  struct Hooks {
    std::function<bool(const Endpoint&, Bytes)> send{};
    std::function<void()> before_beat{};  // packets that wait are taken now; may be empty
    // The call is over: nothing is sent or heard any more.
    std::function<void(voice::CallEnd, std::string_view transfer_target)> over{};
  };
  RtpLeg(Core& core, Loop& loop, bool may_move, Hooks hooks);
  ~RtpLeg() override;

  // Who sends, and what is sent there; before any packet. False where that format has no packets.
  bool expect(const Endpoint& peer, const voice::AudioFormat& format);
  void take(const Datagram& datagram, const audio::RtpPacket& packet);
  // The far end's system says that nobody listens there.
  void note_refusal(const Endpoint& by);
  // Whether it is known or expected who sends what.
  [[nodiscard]] bool has_sender() const { return receiver_ != nullptr; }
  // Has the frame clock play it. Once, with a sender.
  void begin_playing();
  // Begins the call. Fails as Calls::answer does; the leg is over then.
  Task<Result<void>> answer(voice::Call call);
  // The caller's side is gone.
  void end(voice::CallEnd reason);
  [[nodiscard]] bool is_over() const { return is_over_; }

  void beat(Instant now) override;
  [[nodiscard]] voice::AudioFormat format() const override;
  [[nodiscard]] bool keeps_itself_alive() const override { return !core_.options.sends_silence; }
  [[nodiscard]] std::optional<voice::LegQuality> quality() const override;
  bool play(std::string_view frame) override;
  std::int64_t flush() override { return 0; }  // nothing is sent ahead of time
  void hang_up(voice::CallEnd end, std::string_view transfer_target) override;

 private:
  void begin_stream(std::uint8_t payload_type, const voice::AudioFormat& format);
  void hear_frame(Instant now);
  void count();
  void count_quality();

  Core& core_;
  Loop& loop_;
  Hooks hooks_;
  SourceRule source_;
  std::unique_ptr<Receiver> receiver_{};
  std::optional<PacketWriter> writer_{};
  std::shared_ptr<voice::LiveCall> call_{};  // shared with the capability
  Instant next_frame_{};
  Instant last_packet_{};
  audio::JitterCounts counted_{};
  std::uint64_t made_up_counted_ = 0;
  int frames_since_counting_ = 0;
  int refusals_ = 0;  // since the last packet
  bool is_over_ = false;
};

}  // namespace aiva::rtp
