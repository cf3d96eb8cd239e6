#include "adapters/http_client/internal/socket_channel.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <cstring>
#include <utility>

#include "foundation/crypto.h"

namespace aiva::http_client {
namespace {

constexpr std::size_t read_bytes = 8 * 1024;
constexpr std::size_t farewell_bytes_max = 1024 * 1024;  // read while the peer's is waited for
constexpr std::size_t control_room = 4 * 1024;           // of the queue, beyond its limit

Error broken(std::string cause) {
  return {.code = ErrorCode::unavailable,
          .message = "The connection broke off",
          .cause = std::move(cause)};
}

}  // namespace

SocketChannel::SocketChannel(asio::io_context& loop, std::unique_ptr<Connection> connection,
                             ChannelLimits limits, Gone gone)
    : loop_(loop),
      connection_(std::move(connection)),
      limits_(limits),
      gone_(std::move(gone)),
      reader_(limits.message_bytes_max),
      watch_timer_(loop),
      wait_timer_(loop),
      room_timer_(loop) {}

void SocketChannel::begin(std::string_view first_bytes) {
  reader_.feed(first_bytes);
  auto self = shared_from_this();
  asio::co_spawn(loop_, [self] { return self->read(); }, asio::detached);
  asio::co_spawn(loop_, [self] { return self->watch(); }, asio::detached);
}

Awaitable<void> SocketChannel::read() {
  auto self = shared_from_this();
  std::array<char, read_bytes> piece;
  std::size_t read_since_farewell = 0;
  while (!is_shut_) {
    auto goes_on = read_frames();
    if (!goes_on) {
      queue(Opcode::close, close_payload(reader_.close_code()), false);
      end(std::move(goes_on.error()), reader_.close_code(), {});
      break;
    }
    if (!*goes_on) break;
    while (true) {
      {
        std::lock_guard lock(mutex_);
        is_reader_waiting_ = inbox_bytes_ > limits_.unread_bytes_max && !is_closing_;
        if (!is_reader_waiting_) break;
        room_timer_.expires_at(asio::steady_timer::time_point::max());
      }
      co_await room_timer_.async_wait(waiting);
      if (is_shut_) co_return;
    }
    auto [error, count] = co_await connection_->read_some(asio::buffer(piece));
    if (error) {
      end(broken(error.message()), close_code::broken, {});
      shut();
      co_return;
    }
    has_received_ = true;
    if (has_said_farewell()) read_since_farewell += count;
    if (read_since_farewell > farewell_bytes_max) {
      end(broken("it does not stop sending"), close_code::broken, {});
      shut();
      co_return;
    }
    reader_.feed({piece.data(), count});
  }
}

// False: the peer has closed.
Result<bool> SocketChannel::read_frames() {
  while (true) {
    TRY(auto incoming, reader_.next());
    if (!incoming) return true;
    switch (incoming->opcode) {
      case Opcode::ping: queue(Opcode::pong, incoming->payload, false); break;
      case Opcode::pong: break;
      case Opcode::close: answer_close(*std::move(incoming)); return false;
      case Opcode::continuation:
      case Opcode::text:
      case Opcode::binary: accept(*std::move(incoming)); break;
    }
  }
}

void SocketChannel::accept(Incoming incoming) {
  std::optional<Waiter> woken;
  {
    std::lock_guard lock(mutex_);
    if (is_closing_ || is_ended_) return;
    inbox_bytes_ += incoming.payload.size();
    inbox_.push_back(
        {.content = std::move(incoming.payload), .is_binary = incoming.opcode == Opcode::binary});
    woken = std::exchange(waiter_, std::nullopt);
  }
  wake(woken);
}

void SocketChannel::answer_close(Incoming close) {
  bool is_answer = false;
  {
    std::lock_guard lock(mutex_);
    is_answer = is_closing_;
  }
  end(std::nullopt, close.code, std::move(close.payload));
  if (is_answer) return shut();
  queue(Opcode::close, close.code == close_code::not_given ? "" : close_payload(close.code), false);
}

void SocketChannel::end(std::optional<Error> error, int code, std::string reason) {
  std::optional<Waiter> woken;
  {
    std::lock_guard lock(mutex_);
    if (is_ended_) return;
    is_ended_ = true;
    // After our own farewell its silence is no failure.
    if (!is_closing_ || code != close_code::broken) failure_ = std::move(error);
    code_ = code;
    reason_ = std::move(reason);
    woken = std::exchange(waiter_, std::nullopt);
  }
  wake(woken);
}

void SocketChannel::wake(std::optional<Waiter> waiter) {
  if (!waiter) return;
  if (waiter->home == nullptr) return waiter->handle.resume();
  waiter->home->post([handle = waiter->handle] { handle.resume(); });
}

bool SocketChannel::has_said_farewell() const {
  std::lock_guard lock(mutex_);
  return is_closing_;
}

bool SocketChannel::has_something() const {
  std::lock_guard lock(mutex_);
  return !inbox_.empty() || is_ended_;
}

bool SocketChannel::wait(std::coroutine_handle<> awaiting, const CallContext& context,
                         std::uint64_t& number) {
  std::lock_guard lock(mutex_);
  if (!inbox_.empty() || is_ended_) return false;
  number = ++waits_;
  waiter_ = Waiter{.handle = awaiting, .home = context.home, .number = number};
  return true;
}

bool SocketChannel::Receive::await_suspend(std::coroutine_handle<> awaiting) {
  // Once it waits, it may be resumed and gone at any moment: nothing of it is touched after that.
  auto channel = channel_.shared_from_this();
  auto deadline = context_.deadline;
  auto cancellation = context_.cancellation;
  auto number = channel->waits_ + 1;  // one receive at a time, so nobody else counts
  if (cancellation.stop_possible())
    on_stop_.emplace(cancellation, [channel, number] {
      asio::post(channel->loop_,
                 [channel, number] { channel->interrupt(number, ErrorCode::cancelled); });
    });
  if (!channel->wait(awaiting, context_, number)) return false;
  // The callback may have come before there was a wait to interrupt.
  if (cancellation.stop_requested())
    asio::post(channel->loop_,
               [channel, number] { channel->interrupt(number, ErrorCode::cancelled); });
  if (deadline != std::chrono::steady_clock::time_point::max())
    asio::post(channel->loop_,
               [channel, number, deadline] { channel->limit_wait(number, deadline); });
  return true;
}

Result<std::optional<SocketMessage>> SocketChannel::Receive::await_resume() {
  on_stop_.reset();
  return channel_.take();
}

void SocketChannel::limit_wait(std::uint64_t number,
                               std::chrono::steady_clock::time_point deadline) {
  wait_timer_.expires_at(deadline);
  wait_timer_.async_wait([weak = weak_from_this(), number](const error_code& error) {
    auto self = weak.lock();
    if (!error && self) self->interrupt(number, ErrorCode::timeout);
  });
}

void SocketChannel::interrupt(std::uint64_t number, ErrorCode code) {
  std::optional<Waiter> woken;
  {
    std::lock_guard lock(mutex_);
    if (!waiter_ || waiter_->number != number) return;
    interruption_ = Error{.code = code,
                          .message = code == ErrorCode::timeout ? "The other side took too long"
                                                                : "The call was cancelled"};
    woken = std::exchange(waiter_, std::nullopt);
  }
  wake(woken);
}

Result<std::optional<SocketMessage>> SocketChannel::take() {
  std::lock_guard lock(mutex_);
  if (auto interruption = std::exchange(interruption_, std::nullopt))
    return fail(*std::move(interruption));
  if (inbox_.empty()) {
    if (failure_) return fail(*failure_);
    return std::nullopt;
  }
  auto message = std::move(inbox_.front());
  inbox_.pop_front();
  inbox_bytes_ -= message.content.size();
  if (is_reader_waiting_ && inbox_bytes_ <= limits_.unread_bytes_max) {
    is_reader_waiting_ = false;
    asio::post(loop_, [self = shared_from_this()] { self->room_timer_.cancel(); });
  }
  return std::optional<SocketMessage>(std::move(message));
}

MaskKey SocketChannel::next_key() {
  if (entropy_used_ == entropy_.size()) {
    random_bytes(entropy_);
    entropy_used_ = 0;
  }
  MaskKey key;
  std::memcpy(key.data(), entropy_.data() + entropy_used_, key.size());
  entropy_used_ += key.size();
  return key;
}

bool SocketChannel::queue(Opcode opcode, std::string_view payload, bool is_limited) {
  std::lock_guard lock(mutex_);
  if (is_closing_ || (is_ended_ && opcode != Opcode::close)) return false;
  auto bytes = outbox_.size() + writing_bytes_ + payload.size();
  auto bytes_max = limits_.queue_bytes_max + (is_limited ? 0 : control_room);
  if (bytes > bytes_max && opcode != Opcode::close) return false;
  append_frame(outbox_, opcode, payload, next_key());
  is_closing_ = opcode == Opcode::close;
  if (!is_writing_ && !is_shut_ && !(is_limited && write_now())) {
    is_writing_ = true;
    asio::post(loop_, [self = shared_from_this()] { self->write_soon(); });
  }
  return true;
}

// Whoever sends writes by itself what the peer takes at once: that wakes nobody. False: something
// is left, for the loop to go on with; what is wrong is found there, too.
bool SocketChannel::write_now() {
  auto written = std::get<1>(connection_->write_now(asio::buffer(outbox_)));
  outbox_.erase(0, written);
  return outbox_.empty();
}

bool SocketChannel::send(const SocketMessage& message) {
  return queue(message.is_binary ? Opcode::binary : Opcode::text, message.content, true);
}

void SocketChannel::write_soon() {
  auto self = shared_from_this();
  asio::co_spawn(loop_, [self] { return self->write(); }, asio::detached);
}

Awaitable<void> SocketChannel::write() {
  auto self = shared_from_this();
  while (true) {
    bool is_last = false;
    {
      std::lock_guard lock(mutex_);
      writing_.clear();
      std::swap(writing_, outbox_);
      writing_bytes_ = writing_.size();
      is_last = is_closing_;
      if (writing_.empty() || is_shut_) is_writing_ = false;
      if (!is_writing_) co_return;
    }
    auto [error, count] = co_await connection_->write(asio::buffer(writing_));
    if (error) {
      end(broken(error.message()), close_code::broken, {});
      shut();
      co_return;
    }
    if (!is_last) continue;
    bool has_peer_closed = false;
    {
      std::lock_guard lock(mutex_);
      is_writing_ = false;
      has_peer_closed = is_ended_;
    }
    // Whoever closed first waits for the other's farewell, but not for long.
    if (has_peer_closed) shut();
    if (!is_shut_) watch_timer_.expires_after(limits_.close_time_max);
    co_return;
  }
}

void SocketChannel::close() {
  queue(Opcode::close, close_payload(close_code::normal), false);
  // What nobody reads any more is no reason to leave the peer's farewell unread.
  asio::post(loop_, [self = shared_from_this()] { self->room_timer_.cancel(); });
}

// Pings a silent peer, and gives up one that does not answer.
Awaitable<void> SocketChannel::watch() {
  auto self = shared_from_this();
  bool was_asked = false;
  watch_timer_.expires_after(limits_.ping_interval);
  while (!is_shut_) {
    auto [error] = co_await watch_timer_.async_wait(waiting);
    if (is_shut_) co_return;
    bool is_closing = false;
    {
      std::lock_guard lock(mutex_);
      is_closing = is_closing_;
      if (is_reader_waiting_) has_received_ = true;  // it is we who do not listen
    }
    if (error) continue;  // it was set anew
    if (is_closing || (was_asked && !has_received_)) {
      end(broken("no answer to a ping"), close_code::broken, {});
      shut();
      co_return;
    }
    was_asked = !has_received_ && queue(Opcode::ping, {}, false);
    has_received_ = false;
    watch_timer_.expires_after(limits_.ping_interval);
  }
}

void SocketChannel::abort() {
  end(Error{.code = ErrorCode::cancelled, .message = "The program is ending"}, close_code::broken,
      {});
  shut();
}

void SocketChannel::shut() {
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(is_shut_, true)) return;
  }
  error_code ignored;
  connection_->socket().close(ignored);
  watch_timer_.cancel();
  wait_timer_.cancel();
  room_timer_.cancel();
  gone_(this);
}

int SocketChannel::code() const {
  std::lock_guard lock(mutex_);
  return code_;
}

std::string SocketChannel::reason() const {
  std::lock_guard lock(mutex_);
  return reason_;
}

}  // namespace aiva::http_client
