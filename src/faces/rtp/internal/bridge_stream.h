#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "faces/rtp/internal/core.h"
#include "faces/rtp/internal/rtp_leg.h"
#include "ports/bridge_calls.h"

namespace aiva::rtp {

class Bridge;

// What comes to the bridge from one port: a call, once the board tells whose it is. When the call
// is over the stream stays until its sender has stopped. On its loop only.
class BridgeStream final : public std::enable_shared_from_this<BridgeStream> {
 public:
  // The bridge outlives its streams' legs.
  BridgeStream(Core& core, Loop& loop, Bridge& bridge, std::uint16_t port);

  // Gets ready; the first packet is that of this SSRC.
  void begin(std::uint32_t source);
  void take(const Datagram& datagram, const audio::RtpPacket& packet);
  void note_refusal(const Endpoint& by);
  void end(voice::CallEnd reason);

  [[nodiscard]] bool is_over() const { return is_over_; }
  // Of the stream's first packet.
  [[nodiscard]] std::uint32_t source() const { return first_source_; }
  [[nodiscard]] voice::Instant heard_at() const { return heard_at_; }
  // Nobody speaks here for good, as far as is known yet.
  [[nodiscard]] bool is_idle() const { return is_over_ || !leg_->has_sender(); }

 private:
  Task<void> carry();
  Task<Result<voice::Call>> find_call();
  Task<Result<voice::Call>> announce();
  Task<void> watch_for_hang_up();
  void refuse(const Error& error);
  Task<void> tell_end();
  Task<bool> wait(std::chrono::milliseconds time);
  [[nodiscard]] CallContext short_context() const;
  void be_over(voice::CallEnd end, std::string_view transfer_target);

  Core& core_;
  Loop& loop_;
  Bridge& bridge_;
  std::uint16_t port_;
  std::uint32_t first_source_ = 0;
  voice::Instant heard_at_{};
  std::shared_ptr<RtpLeg> leg_{};  // shared with its call; null when that is over
  std::stop_source stop_{};        // of whatever waits, when the call is over
  BridgeCalls::End end_{};
  bool is_begun_ = false;
  bool is_over_ = false;
};

}  // namespace aiva::rtp
