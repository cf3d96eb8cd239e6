#pragma once

#include <coroutine>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "faces/http/internal/asio_types.h"
#include "faces/http/internal/transport.h"
#include "foundation/task.h"

namespace aiva::http {

// What the peer sent and nobody consumed yet. It can read ahead while a handler runs, which is how
// a vanished peer is noticed. One waiter at a time; at most one read is under way.
class ConnectionInput {
 public:
  // `on_gone` is called when the peer vanishes while nobody waits for input.
  ConnectionInput(Transport& transport, std::function<void()> on_gone);

  [[nodiscard]] std::string_view buffered() const {
    return {buffer_.get() + begin_, end_ - begin_};
  }
  [[nodiscard]] bool is_reading() const { return is_reading_; }
  void consume(std::size_t bytes);

  // Makes room for more, growing to `capacity_max`; false when that is full. Moves the bytes, so no
  // view into them may live, except into what is pinned.
  bool make_room(std::size_t capacity_max);
  // Consumes a request head and keeps it in its place until unpin(), because views point into it;
  // leaves room behind it.
  void take_head(std::size_t bytes);
  void unpin();
  // Grows so that take_head(bytes) leaves room; moves the bytes.
  void reserve_behind(std::size_t bytes);
  // Gives an idle connection's large buffer back.
  void shrink();

  // Awaitable: waits until more bytes are buffered; yields the error, if any. Needs room.
  class More {
   public:
    explicit More(ConnectionInput& input) : input_(input) {}
    [[nodiscard]] bool await_ready() const noexcept { return static_cast<bool>(input_.error_); }
    void await_suspend(std::coroutine_handle<> awaiting) {
      input_.waiting_ = awaiting;
      if (!input_.is_reading_) input_.start_reading();
    }
    [[nodiscard]] SystemError await_resume() const noexcept { return input_.error_; }

   private:
    ConnectionInput& input_;
  };
  More more() { return More(*this); }

  // Starts a read in the background if there is room and none is under way.
  void read_ahead();
  // Moves bytes to `out`: buffered ones, else straight from the socket.
  Task<IoOutcome> read_into(char* out, std::size_t size);
  // Waits for the read that is under way after the transport was closed.
  Task<void> finish();

 private:
  void start_reading();
  void on_read(SystemError error, std::size_t bytes);

  Transport& transport_;
  std::function<void()> on_gone_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t pinned_ = 0;
  bool is_reading_ = false;
  SystemError error_;
  std::coroutine_handle<> waiting_;
};

}  // namespace aiva::http
