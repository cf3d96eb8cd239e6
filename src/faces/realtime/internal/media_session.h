#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "capabilities/voice/leg.h"
#include "capabilities/voice/live_call.h"
#include "faces/http/request.h"
#include "faces/http/websocket.h"
#include "faces/realtime/internal/admission.h"
#include "faces/realtime/internal/media_control.h"
#include "faces/realtime/internal/outbox.h"
#include "faces/realtime/internal/side_work.h"
#include "faces/realtime/routes.h"

namespace aiva::realtime {

// A channel of Asterisk's chan_websocket (sub-protocol `media`): binary messages are samples, texts
// are control. Frames go out at the call's pace, so Asterisk's queue stays nearly empty; what it
// holds all the same would be late for the rest of the sentence, so it is asked how much that is.
class MediaSession final : public voice::Leg, public std::enable_shared_from_this<MediaSession> {
 public:
  // The request and the WebSocket are borrowed until serve() ends.
  MediaSession(const RealtimeParts& parts, const RealtimeOptions& options, Admitted admitted,
               const http::Request& request, http::WebSocket& socket);

  // Until the channel or the call is gone. Owned by a shared pointer.
  Task<void> serve();

  [[nodiscard]] voice::AudioFormat format() const override { return format_; }
  [[nodiscard]] bool keeps_itself_alive() const override { return true; }
  void note(const voice::CallEvent& event) override;
  bool play(std::string_view frame) override;
  std::int64_t flush() override;
  void hang_up(voice::CallEnd end, std::string_view transfer_target) override;

 private:
  Task<void> read_messages();
  void take_audio(std::string_view audio);
  void take_control(std::string_view text);
  void begin(const MediaEvent& event);
  Task<void> answer(voice::NewCall call);
  bool command(std::string_view name);
  void send_whole_frames();
  void ask_for_status();
  void hang_up_now();
  void end_call();
  [[nodiscard]] bool has_call() const { return call_ != nullptr && !call_->is_over(); }

  RealtimeParts parts_;
  RealtimeOptions options_;
  Admitted admitted_;
  const http::Request& request_;
  http::WebSocket& socket_;
  Outbox outbox_;
  SideWork work_;
  std::shared_ptr<voice::LiveCall> call_{};  // shared with the capability
  voice::AudioFormat format_{};
  std::size_t frame_bytes_ = 0;  // 0: it has not begun
  bool is_json_ = false;
  std::string early_{};  // audio that came before the call had begun
  std::string out_{};    // less than a frame
  std::chrono::steady_clock::time_point asked_at_{};
  std::int64_t frames_to_skip_ = 0;
  bool is_full_ = false;
  bool is_lost_ = false;
  bool is_gone_ = false;
  bool is_hung_up_ = false;     // the call is over
  bool is_hanging_up_ = false;  // Asterisk was told
};

// Serves one channel; see MediaSession.
Task<void> serve_media(const RealtimeParts& parts, const RealtimeOptions& options,
                       Admitted admitted, const http::Request& request, http::WebSocket& socket);

}  // namespace aiva::realtime
