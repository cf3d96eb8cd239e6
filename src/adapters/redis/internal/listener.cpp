#include "adapters/redis/internal/listener.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <random>
#include <utility>

#include "adapters/redis/internal/sign_in.h"
#include "foundation/log.h"

namespace aiva::redis {
namespace {

using Kind = RedisReply::Kind;
using std::chrono::milliseconds;

constexpr std::size_t read_bytes = 16UL * 1024;
constexpr std::size_t message_bytes_max = 1024UL * 1024;
constexpr std::size_t queued_bytes_max = 1024UL * 1024;
constexpr milliseconds ask_every{1000};
constexpr milliseconds silence_max{4000};
constexpr int doublings_max = 16;

}  // namespace

Listener::Listener(Parts parts)
    : parts_(std::move(parts)), buffer_(read_bytes), timer_(parts_.loop) {}

void Listener::start() {
  // The coroutine's frame keeps the listener alive.
  auto running = [](std::shared_ptr<Listener> self) -> Awaitable<void> { co_await self->run(); };
  asio::co_spawn(parts_.loop, running(shared_from_this()), asio::detached);
}

void Listener::add(const std::string& channel) {
  if (channels_.insert(channel).second && is_open_) send({"SUBSCRIBE", channel});
}

void Listener::remove(const std::string& channel) {
  if (channels_.erase(channel) > 0 && is_open_) send({"UNSUBSCRIBE", channel});
}

void Listener::look_at(std::chrono::steady_clock::time_point now) {
  if (!is_open_) return;
  if (now - heard_at_ > silence_max) return stream_->close();
  if (now - std::max(heard_at_, asked_at_) < ask_every) return;
  asked_at_ = now;
  send({"PING"});
}

void Listener::close() {
  is_closed_ = true;
  timer_.cancel();
  if (stream_) stream_->close();
}

Awaitable<void> Listener::run() {
  while (!is_closed_) {
    auto heard = co_await hear(parts_.choose(failures_ > 0));
    is_open_ = false;
    if (is_closed_) break;
    if (++failures_ == 1 && !heard)
      log::failure("Signals of other processes are not heard", {}, heard.error());
    co_await rest();
  }
}

Awaitable<void> Listener::rest() {
  static thread_local std::minstd_rand generator{std::random_device{}()};
  auto longest = parts_.node.backoff_min * (1 << std::min(failures_ - 1, doublings_max));
  longest = std::min(longest, parts_.node.backoff_max);
  std::uniform_int_distribution<std::int64_t> some(longest.count() / 2, longest.count());
  timer_.expires_after(milliseconds(some(generator)));
  co_await timer_.async_wait(waiting);
}

// Ends with the connection, and only then.
Awaitable<Result<void>> Listener::hear(Address address) {
  stream_ = std::make_shared<Stream>(parts_.loop, parts_.connection.tls);
  ReplyReader reader(message_bytes_max);
  CO_TRY_VOID(co_await open(address, reader));
  queued_.clear();
  is_writing_ = false;
  is_open_ = true;
  heard_at_ = std::chrono::steady_clock::now();
  for (const auto& channel : channels_) send({"SUBSCRIBE", channel});
  while (true) {
    auto [error, count] = co_await stream_->read_some(asio::buffer(buffer_));
    if (error)
      co_return fail(ErrorCode::unavailable, "The connection to Redis broke off",
                     address.to_string() + ": " + error.message());
    heard_at_ = std::chrono::steady_clock::now();
    CO_TRY_VOID(reader.feed({buffer_.data(), count}));
    CO_TRY(auto reply, reader.next());
    while (reply) {
      if (is_closed_) co_return Result<void>{};
      CO_TRY_VOID(hand_on(std::move(*reply)));
      CO_TRY(reply, reader.next());
    }
  }
}

Awaitable<Result<void>> Listener::open(const Address& address, ReplyReader& reader) {
  asio::steady_timer fuse(parts_.loop, parts_.connection.connect_timeout);
  fuse.async_wait([stream = stream_](const error_code& error) {
    if (!error) stream->close();
  });
  CO_TRY_VOID(co_await stream_->open(address));
  Newcomer newcomer{*stream_, reader, buffer_, parts_.connection, address};
  CO_TRY_VOID(co_await sign_in(newcomer));
  // Cut off by the fuse in this very moment.
  if (fuse.cancel() == 0)
    co_return fail(ErrorCode::unavailable, "Redis cannot be reached", address.to_string());
  co_return Result<void>{};
}

Result<void> Listener::hand_on(RedisReply reply) {
  TRY(auto pushed, checked(std::move(reply)));
  auto& words = pushed.list;
  bool is_named = words.size() >= 3 && words[0].kind == Kind::text && words[1].kind == Kind::text;
  if (!is_named) return {};  // a sign of life
  const auto& channel = words[1].text;
  if (words[0].text == "subscribe") {
    failures_ = 0;
    if (channels_.contains(channel)) parts_.hearing.on_begin(channel);
  }
  if (words[0].text == "message" && words[2].kind == Kind::text)
    parts_.hearing.on_message(channel, words[2].text);
  return {};
}

void Listener::send(const RedisCommand& command) {
  // Whoever does not read what it is told is as good as gone.
  if (queued_.size() > queued_bytes_max) return stream_->close();
  write_command(command, queued_);
  write_queued();
}

void Listener::write_queued() {
  if (is_writing_ || queued_.empty()) return;
  is_writing_ = true;
  auto bytes = std::make_shared<std::string>(std::exchange(queued_, {}));  // of its own handler
  stream_->write(asio::buffer(*bytes), [self = shared_from_this(), stream = stream_, bytes](
                                           const error_code& error, std::size_t) {
    if (stream != self->stream_) return;
    self->is_writing_ = false;
    // The reader notices a broken connection, too, and ends it.
    if (error)
      stream->close();
    else
      self->write_queued();
  });
}

}  // namespace aiva::redis
