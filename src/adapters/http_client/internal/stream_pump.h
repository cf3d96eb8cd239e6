#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "adapters/http_client/internal/exchange.h"
#include "adapters/http_client/internal/loop.h"
#include "foundation/call_context.h"
#include "foundation/result.h"

namespace aiva::http_client {

// Reads the body of an answer on its loop, one piece ahead of whoever wants the pieces, so that
// waiting for one costs a single change of threads. One reader at a time, on any thread; after a
// failure or the end there is nothing more.
class StreamPump : public std::enable_shared_from_this<StreamPump> {
 public:
  using Piece = Result<std::optional<std::string>>;
  using Instant = std::chrono::steady_clock::time_point;

  StreamPump(Loop& loop, std::unique_ptr<Exchange> exchange);

  // Awaited in a Task: the next piece, nothing at the end. Continues at the context's home. Fails
  // with `timeout` at the deadline, with `cancelled`, and as Exchange does.
  class Next {
   public:
    Next(StreamPump& pump, const CallContext& context, Instant deadline)
        : pump_(pump),
          home_(context.home),
          cancellation_(context.cancellation),
          deadline_(deadline) {}

    bool await_ready() noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiting) {
      awaiting_ = awaiting;
      return pump_.ask(*this);
    }
    Piece await_resume() {
      on_stop_.reset();
      return std::move(*result_);
    }

   private:
    friend class StreamPump;
    struct Stop {
      asio::io_context& context;
      std::weak_ptr<StreamPump> pump;
      std::uint64_t number;
      void operator()() const;
    };

    StreamPump& pump_;
    Executor* home_;
    std::stop_token cancellation_;
    Instant deadline_;
    std::coroutine_handle<> awaiting_;
    std::optional<std::stop_callback<Stop>> on_stop_;
    std::optional<Piece> result_;
  };

  // Ends the reading and closes the connection, unless the answer has ended.
  void drop();

 private:
  // False when the answer is there at once.
  bool ask(Next& next);
  bool take_ready(Next& next);

  // The following only on the loop.
  void begin(Instant deadline, bool is_first);
  void arm(Instant deadline);
  void on_time();
  void stop(std::uint64_t number);
  void end();
  // Whether the piece waits for somebody to take it.
  bool deliver(Piece piece);
  static Awaitable<void> run(std::shared_ptr<StreamPump> self);
  void finish(const std::exception_ptr& exception);

  Loop& loop_;
  std::shared_ptr<Call> call_;
  std::unique_ptr<Exchange> exchange_;  // gone on the loop when it has ended
  asio::steady_timer timer_;            // of the deadline
  asio::steady_timer taken_;            // cancelled when the piece ahead was taken
  bool has_begun_ = false;              // of the reader
  std::uint64_t asked_ = 0;             // of the reader: how often

  std::mutex mutex_;  // over the following
  std::optional<Piece> ready_;
  Next* waiter_ = nullptr;
  std::uint64_t waiter_number_ = 0;
  std::uint64_t stopped_number_ = 0;  // of an asking that was given up
  Instant armed_ = Instant::max();    // when the timer rings
  bool is_paused_ = false;
  bool is_finished_ = false;
};

}  // namespace aiva::http_client
