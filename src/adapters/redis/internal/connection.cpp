#include "adapters/redis/internal/connection.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "adapters/redis/internal/sign_in.h"

namespace aiva::redis {
namespace {

constexpr std::size_t read_bytes = 64UL * 1024;
constexpr std::size_t write_bytes_max = 1024UL * 1024;  // joined in one write

}  // namespace

Connection::Connection(asio::io_context& loop, const ConnectionSettings& settings, Address address)
    : loop_(loop),
      settings_(settings),
      address_(std::move(address)),
      stream_(loop, settings.tls),
      reader_(settings.reply_bytes_max),
      buffer_(read_bytes) {}

void Connection::start(Ended ended) {
  ended_ = std::move(ended);
  began_at_ = std::chrono::steady_clock::now();
  // The coroutine's frame keeps the connection alive.
  auto running = [](std::shared_ptr<Connection> self) -> Awaitable<void> { co_await self->run(); };
  asio::co_spawn(loop_, running(shared_from_this()), asio::detached);
}

void Connection::send(std::unique_ptr<Exchange> exchange) {
  queue_.push_back(std::move(exchange));
  if (is_open_) write_queued();
}

std::optional<std::chrono::steady_clock::time_point> Connection::waits_since() const {
  if (has_ended_) return std::nullopt;
  if (!is_open_) return began_at_;
  if (sent_.empty()) return std::nullopt;
  return heard_at_;
}

void Connection::look_at(std::chrono::steady_clock::time_point now) {
  if (!is_open_ || has_ended_ || sent_.empty() || now - heard_at_ < settings_.silence_max) return;
  close({.code = ErrorCode::timeout,
         .message = "Redis took too long",
         .cause = address_.to_string() + " is silent"});
}

void Connection::close(Error why) {
  if (has_ended_) return;
  if (why_.message.empty()) why_ = std::move(why);
  stream_.close();
}

Awaitable<void> Connection::run() {
  asio::steady_timer fuse(loop_, settings_.connect_timeout);
  fuse.async_wait([weak = weak_from_this(), where = address_.to_string()](const error_code& error) {
    auto self = weak.lock();
    if (!error && self && !self->is_open_)
      self->close({.code = ErrorCode::unavailable,
                   .message = "Redis cannot be reached",
                   .cause = where + " took too long"});
  });
  auto opened = co_await stream_.open(address_);
  if (opened) {
    Newcomer newcomer{stream_, reader_, buffer_, settings_, address_};
    opened = co_await sign_in(newcomer);
  }
  fuse.cancel();
  if (opened && why_.message.empty()) {
    is_open_ = true;
    write_queued();
    while (opened) opened = co_await read_more();
  }
  end(why_.message.empty() ? opened.error() : why_);
}

Awaitable<Result<void>> Connection::read_more() {
  auto [error, count] = co_await stream_.read_some(asio::buffer(buffer_));
  if (error) co_return broken(error);
  heard_at_ = std::chrono::steady_clock::now();
  byte_at_ = heard_at_;
  CO_TRY_VOID(reader_.feed({buffer_.data(), count}));
  co_return hand_out();
}

Result<void> Connection::hand_out() {
  while (true) {
    TRY(auto reply, reader_.next());
    if (!reply) return {};
    if (sent_.empty()) return fail(ErrorCode::unavailable, "Redis said something unasked");
    auto& exchange = *sent_.front();
    exchange.replies.push_back(std::move(*reply));
    if (exchange.replies.size() < exchange.reply_count) continue;
    auto finished = std::move(sent_.front());
    sent_.pop_front();
    finished->done(std::move(finished->replies), true);
  }
}

void Connection::write_queued() {
  if (is_writing_ || queue_.empty() || has_ended_) return;
  if (sent_.empty()) heard_at_ = std::chrono::steady_clock::now();
  writing_.clear();
  while (!queue_.empty() && writing_.size() < write_bytes_max) {
    auto exchange = std::move(queue_.front());
    queue_.pop_front();
    if (!exchange->is_wanted()) continue;
    writing_ += exchange->bytes;
    exchange->bytes = {};
    sent_.push_back(std::move(exchange));
  }
  if (writing_.empty()) return;
  is_writing_ = true;
  stream_.write(asio::buffer(writing_),
                [self = shared_from_this()](const error_code& error, std::size_t) {
                  self->is_writing_ = false;
                  // The reader notices a broken connection, too, and ends it.
                  if (error)
                    self->stream_.close();
                  else
                    self->write_queued();
                });
}

std::unexpected<Error> Connection::broken(const error_code& error) {
  return fail(ErrorCode::unavailable, "The connection to Redis broke off",
              address_.to_string() + ": " + error.message());
}

void Connection::end(const Error& why) {
  has_ended_ = true;
  stream_.close();
  auto sent = std::exchange(sent_, {});
  auto queued = std::exchange(queue_, {});
  if (ended_) std::exchange(ended_, nullptr)(is_open_, why);
  for (auto& exchange : sent) exchange->done(fail(why), true);
  for (auto& exchange : queued) exchange->done(fail(why), false);
}

}  // namespace aiva::redis
