#pragma once

#include <coroutine>
#include <string>

#include "faces/http/internal/output.h"
#include "faces/http/internal/response_head.h"
#include "faces/http/middleware/exchange.h"
#include "faces/http/response.h"

namespace aiva::http {

// The body of an answer that is made while it is sent: chunks, or plain bytes until the connection
// ends for HTTP/1.0. The head goes out with the first piece, so that a failure before it can still
// be answered properly.
class BodyStream final : public BodyWriter {
 public:
  BodyStream(Exchange& exchange, Output& output, Framing framing);

  Task<Result<void>> write(std::string piece) override;
  // Sends what ends the body; false when the peer is gone.
  Task<bool> finish();
  [[nodiscard]] bool is_started() const override { return is_started_; }

  // Sends a comment when an event stream was quiet for `quiet_max`, and the head of one that has
  // not begun by the second tick. Never waits.
  void on_tick(SteadyTime now, std::chrono::milliseconds quiet_max);
  // Waits for a comment that is being sent.
  Task<void> settle();

 private:
  class Turn;

  std::string frame(std::string_view piece);
  Task<bool> send(std::string bytes);
  Task<void> send_comment();

  Exchange& exchange_;
  Output& output_;
  Framing framing_;
  bool is_started_ = false;
  bool is_sending_ = false;
  bool is_lost_ = false;
  int ticks_ = 0;
  SteadyTime last_sent_;
  std::coroutine_handle<> waiting_;
};

}  // namespace aiva::http
