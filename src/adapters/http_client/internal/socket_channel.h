#pragma once

#include <array>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "adapters/http_client/internal/asio.h"
#include "adapters/http_client/internal/connection.h"
#include "adapters/http_client/internal/socket_frames.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "ports/websocket_client.h"

namespace aiva::http_client {

struct ChannelLimits {
  std::size_t message_bytes_max = 0;
  std::size_t queue_bytes_max = 0;
  std::size_t unread_bytes_max = 0;
  std::chrono::milliseconds ping_interval{};
  std::chrono::milliseconds close_time_max{};
};

// One open WebSocket. It reads by itself, ahead of receive() by some bytes, and is kept alive by
// its own work on the loop until it is closed.
class SocketChannel : public std::enable_shared_from_this<SocketChannel> {
 public:
  using Gone = std::function<void(SocketChannel*)>;

  // `gone` is called once, on the loop, when the connection is closed.
  SocketChannel(asio::io_context& loop, std::unique_ptr<Connection> connection,
                ChannelLimits limits, Gone gone);

  // On the loop.
  void begin(std::string_view first_bytes);
  void abort();

  // From any thread.
  bool send(const SocketMessage& message);
  void close();
  [[nodiscard]] int code() const;
  [[nodiscard]] std::string reason() const;

  // Awaited in a Task: the next message.
  class Receive {
   public:
    Receive(SocketChannel& channel, const CallContext& context)
        : channel_(channel), context_(context) {}
    bool await_ready() { return channel_.has_something(); }
    bool await_suspend(std::coroutine_handle<> awaiting);
    Result<std::optional<SocketMessage>> await_resume();

   private:
    SocketChannel& channel_;
    CallContext context_;
    std::optional<std::stop_callback<std::function<void()>>> on_stop_{};
  };

 private:
  struct Waiter {
    std::coroutine_handle<> handle;
    Executor* home;
    std::uint64_t number;
  };

  [[nodiscard]] bool has_something() const;
  bool wait(std::coroutine_handle<> awaiting, const CallContext& context, std::uint64_t& number);
  void limit_wait(std::uint64_t number, std::chrono::steady_clock::time_point deadline);
  void interrupt(std::uint64_t number, ErrorCode code);
  Result<std::optional<SocketMessage>> take();
  static void wake(std::optional<Waiter> waiter);

  bool queue(Opcode opcode, std::string_view payload, bool is_limited);
  bool write_now();
  MaskKey next_key();
  void write_soon();
  void end(std::optional<Error> error, int code, std::string reason);
  void shut();
  void accept(Incoming incoming);
  void answer_close(Incoming close);

  [[nodiscard]] bool has_said_farewell() const;
  Awaitable<void> read();
  Awaitable<void> write();
  Awaitable<void> watch();
  Result<bool> read_frames();

  asio::io_context& loop_;
  std::unique_ptr<Connection> connection_;
  ChannelLimits limits_;
  Gone gone_;
  FrameReader reader_;
  asio::steady_timer watch_timer_;
  asio::steady_timer wait_timer_;
  asio::steady_timer room_timer_;  // cancelled when something was read by receive()
  bool has_received_ = false;      // since the last look
  bool is_shut_ = false;           // set under the mutex
  std::string writing_{};

  mutable std::mutex mutex_{};  // for what follows
  std::string outbox_{};        // frames, ready
  std::size_t writing_bytes_ = 0;
  std::array<std::uint8_t, 256> entropy_{};
  std::size_t entropy_used_ = sizeof(entropy_);
  bool is_writing_ = false;  // or will soon
  bool is_closing_ = false;  // a close frame is queued; nothing may follow it
  std::deque<SocketMessage> inbox_{};
  std::size_t inbox_bytes_ = 0;
  bool is_reader_waiting_ = false;
  std::optional<Waiter> waiter_{};
  std::uint64_t waits_ = 0;
  std::optional<Error> interruption_{};  // of the wait
  bool is_ended_ = false;                // nothing more comes
  std::optional<Error> failure_{};
  int code_ = close_code::broken;
  std::string reason_{};
};

}  // namespace aiva::http_client
