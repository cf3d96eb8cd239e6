#include "faces/http/internal/body_stream.h"

#include <charconv>
#include <exception>

namespace aiva::http {
namespace {

std::unexpected<Error> gone() {
  return fail(ErrorCode::cancelled, "The client is gone or the server stops");
}

}  // namespace

// Awaitable: suspends while a comment is being sent.
class BodyStream::Turn {
 public:
  explicit Turn(BodyStream& stream) : stream_(stream) {}
  [[nodiscard]] bool await_ready() const noexcept { return !stream_.is_sending_; }
  void await_suspend(std::coroutine_handle<> awaiting) noexcept { stream_.waiting_ = awaiting; }
  void await_resume() const noexcept {}

 private:
  BodyStream& stream_;
};

BodyStream::BodyStream(Exchange& exchange, Output& output, Framing framing)
    : exchange_(exchange),
      output_(output),
      framing_(framing),
      last_sent_(std::chrono::steady_clock::now()) {}

Task<Result<void>> BodyStream::write(std::string piece) {
  co_await ContinueOn(exchange_.thread);
  co_await Turn(*this);
  if (is_lost_ || exchange_.stop.stop_requested()) co_return gone();
  if (piece.empty() && is_started_) co_return Result<void>{};
  if (exchange_.first_piece == SteadyTime{})
    exchange_.first_piece = std::chrono::steady_clock::now();
  auto is_sent = co_await send(frame(piece));
  if (!is_sent) co_return gone();
  co_return Result<void>{};
}

Task<bool> BodyStream::finish() {
  co_await Turn(*this);
  if (is_lost_) co_return false;
  std::string bytes;
  if (!is_started_) bytes = frame({});
  if (framing_.is_chunked) bytes += "0\r\n\r\n";
  auto is_sent = co_await send(std::move(bytes));
  co_return is_sent;
}

Task<void> BodyStream::settle() { co_await Turn(*this); }

void BodyStream::on_tick(SteadyTime now, std::chrono::milliseconds quiet_max) {
  if (is_sending_ || is_lost_) return;
  bool is_late = !is_started_ && ++ticks_ > 1;
  if (!is_late && now - last_sent_ < quiet_max) return;
  is_sending_ = true;
  start(send_comment(), [](const std::exception_ptr&) {});
}

Task<void> BodyStream::send_comment() {
  auto is_sent = co_await send(frame(": still here\n\n"));
  is_sending_ = false;
  if (!is_sent) exchange_.stop.request_stop();
  if (waiting_) std::exchange(waiting_, {}).resume();
}

std::string BodyStream::frame(std::string_view piece) {
  std::string bytes;
  if (!is_started_) append_response_head(bytes, exchange_, framing_);
  is_started_ = true;
  if (piece.empty()) return bytes;
  if (!framing_.is_chunked) return bytes.append(piece);
  char size[16];
  auto end = std::to_chars(size, size + sizeof size, piece.size(), 16).ptr;
  return bytes.append(size, end).append("\r\n").append(piece).append("\r\n");
}

Task<bool> BodyStream::send(std::string bytes) {
  bool is_sent = output_.send_now(bytes, {});
  if (!is_sent) is_sent = co_await output_.send_rest();
  is_lost_ = !is_sent;
  last_sent_ = std::chrono::steady_clock::now();
  co_return is_sent;
}

}  // namespace aiva::http
