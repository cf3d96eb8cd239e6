#pragma once

#include <expected>
#include <memory>
#include <string>

#include "faces/http/internal/body_stream.h"
#include "faces/http/internal/connection_input.h"
#include "faces/http/internal/head_scan.h"
#include "faces/http/internal/io_thread.h"
#include "faces/http/internal/output.h"
#include "faces/http/internal/request_body.h"
#include "faces/http/internal/server_core.h"
#include "faces/http/internal/transport.h"
#include "faces/http/internal/websocket_session.h"
#include "faces/http/middleware/exchange.h"
#include "foundation/task.h"

namespace aiva::http {

// One client connection: reads requests one after the other, sends each through the pipeline and
// answers in order. Lives on one IoThread.
class Connection final : public Attended {
 public:
  Connection(ServerCore& core, IoThread& thread, Socket socket, Peer peer);
  // Serves until the connection ends, then releases its place in the ledger. On the thread.
  static void serve(const std::shared_ptr<Connection>& connection);

  void on_tick(SteadyTime now) override;
  void on_drain() override;
  void on_abort() override;

 private:
  static Task<void> run(std::shared_ptr<Connection> self);
  Task<bool> shake_hands();
  Task<bool> serve_one();
  // Waits until a whole head is buffered; 0 when the connection ends without one.
  Task<std::expected<std::size_t, Failure>> wait_for_head();
  Task<bool> send_answer();
  Task<bool> send_file(bool keeps_alive);
  Task<bool> send_stream(bool keeps_alive);
  Task<bool> send_failure(Failure failure, bool keeps_alive);
  Task<bool> skip_body();
  [[nodiscard]] bool ends_on_drain() const;
  Task<void> serve_websocket();
  Task<void> end();

  [[nodiscard]] bool may_keep_alive() const;
  [[nodiscard]] Framing framing(std::uint64_t length, bool keeps_alive) const;
  Outcome parse_head(std::size_t length);
  void limit_phase(Phase phase, std::chrono::milliseconds span);
  void tick_body(SteadyTime now);
  void expire();

  ServerCore& core_;
  IoThread& thread_;
  Peer peer_;
  Transport transport_;
  ConnectionInput input_;
  RequestBody body_;
  Output output_;
  Exchange exchange_;
  std::string out_;
  SteadyTime deadline_ = SteadyTime::max();  // of handshake, idle, head and linger
  SteadyTime body_since_{};
  bool is_expired_ = false;
  bool is_draining_ = false;
  BodyStream* stream_ = nullptr;           // while a stream is sent
  WebSocketSession* websocket_ = nullptr;  // while one is served
};

}  // namespace aiva::http
