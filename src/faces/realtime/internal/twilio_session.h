#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "capabilities/voice/leg.h"
#include "capabilities/voice/live_call.h"
#include "faces/http/request.h"
#include "faces/http/websocket.h"
#include "faces/realtime/internal/admission.h"
#include "faces/realtime/internal/outbox.h"
#include "faces/realtime/internal/side_work.h"
#include "faces/realtime/routes.h"
#include "foundation/json.h"

namespace aiva::realtime {

// A bidirectional stream of Twilio Media Streams: JSON messages with mu-law in Base64. Twilio plays
// what it is sent one after the other and forgets it when told to clear. It cannot send headers:
// the ephemeral key comes as the custom parameter `access_token` of its first message.
class TwilioSession final : public voice::Leg, public std::enable_shared_from_this<TwilioSession> {
 public:
  // The request and the WebSocket are borrowed until serve() ends.
  TwilioSession(const RealtimeParts& parts, const RealtimeOptions& options, CallContext context,
                const http::Request& request, http::WebSocket& socket);

  // Until the stream or the call is gone. Owned by a shared pointer.
  Task<void> serve();

  [[nodiscard]] voice::AudioFormat format() const override {
    return {.coding = voice::Coding::pcmu, .rate = 8'000};
  }
  [[nodiscard]] bool keeps_itself_alive() const override { return true; }
  [[nodiscard]] int ahead_ms() const override;
  bool play(std::string_view frame) override;
  std::int64_t flush() override;
  void hang_up(voice::CallEnd end, std::string_view transfer_target) override;

 private:
  Task<void> read_messages();
  void take(const json::Value& message);
  void begin(const json::Value& message);
  Task<void> answer(std::string secret, voice::NewCall call);
  void take_audio(const json::Value& message);
  void take_digit(const json::Value& message);
  void send(std::string_view event, std::string_view member, std::string_view name,
            std::string_view value);
  void end_call();
  [[nodiscard]] bool has_call() const { return call_ != nullptr && !call_->is_over(); }

  RealtimeParts parts_;
  RealtimeOptions options_;
  CallContext context_;
  const http::Request& request_;
  http::WebSocket& socket_;
  Outbox outbox_;
  SideWork work_;
  std::shared_ptr<voice::LiveCall> call_{};  // shared with the capability
  std::string stream_{};                     // its id; empty: it has not begun
  bool is_lost_ = false;
  bool is_gone_ = false;
  bool is_hung_up_ = false;
};

// Serves one stream; see TwilioSession.
Task<void> serve_twilio(const RealtimeParts& parts, const RealtimeOptions& options,
                        CallContext context, const http::Request& request, http::WebSocket& socket);

}  // namespace aiva::realtime
