#include "faces/http/internal/connection_input.h"

#include <algorithm>
#include <cstring>

#include "foundation/result.h"

namespace aiva::http {
namespace {

constexpr std::size_t capacity_first = 4096;
// Behind a pinned head there is always this much room, enough for the lines of chunked bodies.
constexpr std::size_t room_min = 1024;

}  // namespace

ConnectionInput::ConnectionInput(Transport& transport, std::function<void()> on_gone)
    : transport_(transport), on_gone_(std::move(on_gone)) {}

void ConnectionInput::consume(std::size_t bytes) {
  begin_ += bytes;
  if (begin_ == end_ && !is_reading_) begin_ = end_ = pinned_;
}

void ConnectionInput::reserve_behind(std::size_t bytes) {
  if (is_reading_ || capacity_ - begin_ - bytes >= room_min) return;
  auto larger = std::make_unique_for_overwrite<char[]>(end_ - begin_ + 2 * room_min);
  std::memcpy(larger.get(), buffer_.get() + begin_, end_ - begin_);
  capacity_ = end_ - begin_ + 2 * room_min;
  end_ -= begin_;
  begin_ = 0;
  buffer_ = std::move(larger);
}

void ConnectionInput::take_head(std::size_t bytes) {
  begin_ += bytes;
  pinned_ = begin_;
}

bool ConnectionInput::make_room(std::size_t capacity_max) {
  if (is_reading_) return true;
  if (begin_ == end_) begin_ = end_ = pinned_;
  if (end_ < capacity_) return true;
  if (begin_ > pinned_) {
    std::memmove(buffer_.get() + pinned_, buffer_.get() + begin_, end_ - begin_);
    end_ = pinned_ + (end_ - begin_);
    begin_ = pinned_;
    return true;
  }
  if (pinned_ > 0 || capacity_ >= capacity_max) return false;
  auto capacity = std::min(std::max(capacity_ * 2, capacity_first), capacity_max);
  auto larger = std::make_unique_for_overwrite<char[]>(capacity);
  if (end_ > 0) std::memcpy(larger.get(), buffer_.get(), end_);
  buffer_ = std::move(larger);
  capacity_ = capacity;
  return true;
}

void ConnectionInput::unpin() {
  pinned_ = 0;
  if (begin_ == end_ && !is_reading_) begin_ = end_ = 0;
}

void ConnectionInput::shrink() {
  if (is_reading_ || begin_ != end_ || capacity_ <= capacity_first) return;
  buffer_.reset();
  capacity_ = begin_ = end_ = 0;
}

void ConnectionInput::read_ahead() {
  if (!is_reading_ && !error_ && capacity_ - end_ >= room_min) start_reading();
}

void ConnectionInput::start_reading() {
  AIVA_ASSERT(end_ < capacity_);
  is_reading_ = true;
  transport_.async_read_some(
      asio::buffer(buffer_.get() + end_, capacity_ - end_),
      [this](SystemError error, std::size_t bytes) { on_read(error, bytes); });
}

void ConnectionInput::on_read(SystemError error, std::size_t bytes) {
  is_reading_ = false;
  end_ += bytes;
  if (error) error_ = error;
  if (waiting_) {
    std::exchange(waiting_, {}).resume();
    return;
  }
  if (error)
    on_gone_();
  else
    read_ahead();
}

Task<IoOutcome> ConnectionInput::read_into(char* out, std::size_t size) {
  if (begin_ == end_ && is_reading_) {
    auto error = co_await more();
    if (begin_ == end_) co_return IoOutcome{error, 0};
  }
  if (begin_ < end_) {
    auto bytes = std::min(size, end_ - begin_);
    std::memcpy(out, buffer_.get() + begin_, bytes);
    consume(bytes);
    co_return IoOutcome{{}, bytes};
  }
  if (error_) co_return IoOutcome{error_, 0};
  auto outcome = co_await read_some(transport_, out, size);
  if (outcome.error) error_ = outcome.error;
  co_return outcome;
}

Task<void> ConnectionInput::finish() {
  if (!is_reading_) co_return;
  [[maybe_unused]] auto error = co_await more();
}

}  // namespace aiva::http
