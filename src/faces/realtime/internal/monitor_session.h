#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "capabilities/voice/supervision.h"
#include "faces/http/websocket.h"
#include "faces/realtime/internal/monitor_outbox.h"
#include "faces/realtime/internal/side_work.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::realtime {

// One who follows a call over a WebSocket. The call lives on another event loop: what it tells is
// taken to the connection's own, and nothing here can hold it up.
class MonitorSession final : public voice::CallMonitor,
                             public std::enable_shared_from_this<MonitorSession> {
 public:
  // `caller` has a principal; everything else is borrowed until serve() ends.
  MonitorSession(voice::Supervision& supervision, const Pause& pause, CallContext context,
                 identity::Caller caller, http::WebSocket& socket);

  // Until the call or the connection is over. Owned by a shared pointer.
  Task<void> serve(voice::CallId call);

  void state(voice::CallState state) override;
  void note(voice::CallEvent event) override;
  void line(voice::TranscriptLine line) override;
  void heard(std::int64_t at_ms, std::string samples) override;
  void refused(std::string_view command, Error error) override;
  void over(voice::CallEnd end) override;

 private:
  Task<void> read_commands();
  Task<void> take(std::string text);
  Task<Result<void>> follow_command(const std::string& type, json::Fields& fields);
  Result<void> listen(json::Fields& fields);
  Result<void> speak(json::Fields& fields);
  Task<Result<void>> steer(const std::string& type, json::Fields& fields);
  void command(const std::string& type, std::string text, int rate);
  void send_error(std::string_view command, const Error& error);
  void send_audio(std::int64_t at_ms, const std::string& samples);
  // Continues on the connection's home; what is too much is dropped.
  template <class Then>
  bool bring_home(std::size_t bytes, Then then);
  template <class Then>
  void bring_home_at_any_rate(std::size_t bytes, Then then);

  voice::Supervision& supervision_;
  CallContext context_;
  identity::Caller caller_;
  http::WebSocket& socket_;
  SideWork work_;
  MonitorOutbox outbox_;
  voice::CallId call_{};
  std::unique_ptr<voice::MonitorSeat> seat_{};
  voice::ListenWish wish_{};
  bool is_base64_ = false;
  bool is_gone_ = false;
  std::atomic<std::size_t> coming_{0};  // messages on their way home
  std::atomic<std::size_t> coming_bytes_{0};
  std::atomic<std::int64_t> missed_ms_{0};
};

}  // namespace aiva::realtime
