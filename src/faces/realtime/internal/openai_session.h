#pragma once

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
#include "faces/realtime/internal/client_event.h"
#include "faces/realtime/internal/dialogue.h"
#include "faces/realtime/internal/outbox.h"
#include "faces/realtime/internal/server_events.h"
#include "faces/realtime/internal/session_settings.h"
#include "faces/realtime/internal/side_work.h"
#include "faces/realtime/routes.h"

namespace aiva::realtime {

// One client of OpenAI's Realtime protocol: the leg of the call it makes. What may be changed only
// before the call begins, its format, is taken from the first events.
class OpenAiSession final : public voice::Leg, public std::enable_shared_from_this<OpenAiSession> {
 public:
  // The request and the WebSocket are borrowed until serve() ends.
  OpenAiSession(const RealtimeParts& parts, const RealtimeOptions& options, Admitted admitted,
                const http::Request& request, http::WebSocket& socket);

  // Until the client or the call is gone. Owned by a shared pointer.
  Task<void> serve();

  [[nodiscard]] voice::AudioFormat format() const override { return settings_.format; }
  [[nodiscard]] bool keeps_itself_alive() const override { return true; }
  [[nodiscard]] bool is_always_heard() const override { return false; }
  [[nodiscard]] int ahead_ms() const override;
  [[nodiscard]] std::optional<std::chrono::seconds> duration_max() const override;
  void note(const voice::CallEvent& event) override;
  bool play(std::string_view frame) override;
  std::int64_t flush() override;
  void hang_up(voice::CallEnd end, std::string_view transfer_target) override;

 private:
  Task<void> read_events();
  Task<void> take(std::string text);
  Task<void> take_event(ClientEvent event);
  void update_session(const ClientEvent& event);
  void apply_settings(const json::Value& session, std::string_view cause, bool is_told);
  // The views must stay until it returns.
  Task<void> append_audio(std::string_view base64, std::string_view id);
  Task<void> hear(std::string_view audio);
  Task<void> pace(std::int64_t ms);
  void commit_audio(const ClientEvent& event);
  void clear_audio();
  void press_keys(const ClientEvent& event);
  void create_item(const ClientEvent& event);
  void retrieve_item(const ClientEvent& event);
  void delete_item(const ClientEvent& event);
  void truncate_item(const ClientEvent& event);
  void create_response(const ClientEvent& event);
  void cancel_response(const ClientEvent& event);
  Task<void> hear_held();

  void begin_answering();
  Task<void> answer();
  Task<void> answered();
  void give_up(const Error& error);
  void expire();
  void end_call();
  [[nodiscard]] bool takes_turns() const { return settings_.turns != TurnDetection::none; }
  [[nodiscard]] bool has_call() const { return call_ != nullptr && !call_->is_over(); }
  [[nodiscard]] std::int64_t ms_of(std::size_t bytes) const;

  RealtimeParts parts_;
  RealtimeOptions options_;
  Admitted admitted_;
  const http::Request& request_;
  http::WebSocket& socket_;
  Outbox outbox_;
  SideWork work_;
  SessionFacts facts_;
  SessionSettings settings_{};
  ServerEvents events_;
  Dialogue dialogue_;
  std::shared_ptr<voice::LiveCall> call_{};  // shared with the capability
  std::coroutine_handle<> waiting_{};        // for the call to begin
  std::chrono::steady_clock::time_point heard_until_{};
  std::size_t uncommitted_bytes_ = 0;  // without turn detection
  std::string held_{};                 // came after a commit that is not answered yet
  bool is_commit_pending_ = false;
  bool is_answering_ = false;  // or has answered
  bool is_answered_ = false;   // or refused
  bool is_gone_ = false;
  bool is_rest_timed_ = false;
};

// Serves one client; see OpenAiSession.
Task<void> serve_openai(const RealtimeParts& parts, const RealtimeOptions& options,
                        Admitted admitted, const http::Request& request, http::WebSocket& socket);

}  // namespace aiva::realtime
