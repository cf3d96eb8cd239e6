#include "capabilities/chat/internal/turn_log.h"

#include <utility>

namespace aiva::chat {

StreamEvent TurnLog::append(StreamEvent event) {
  std::unique_lock lock(mutex_);
  event.id = static_cast<std::int64_t>(events_.size()) + 1;
  bytes_ += event.data.size() + event.name.size() + sizeof(StreamEvent);
  events_.push_back(event);
  wake_all(std::move(lock));
  return event;
}

StreamEvent TurnLog::end(StreamEvent event, std::optional<Error> failure, Instant now) {
  std::unique_lock lock(mutex_);
  event.id = static_cast<std::int64_t>(events_.size()) + 1;
  bytes_ += event.data.size() + event.name.size() + sizeof(StreamEvent);
  events_.push_back(event);
  // The first event only names the turn.
  if (events_.size() <= 2) failure_ = std::move(failure);
  ended_at_ = now;
  wake_all(std::move(lock));
  return event;
}

TurnLog::Rest TurnLog::read(std::int64_t after, const std::stop_source& wake) {
  std::lock_guard lock(mutex_);
  Rest rest{.has_ended = ended_at_.has_value(), .failure = failure_};
  auto first = static_cast<std::size_t>(after < 0 ? 0 : after);
  if (first < events_.size())
    rest.events.assign(events_.begin() + static_cast<std::ptrdiff_t>(first), events_.end());
  if (rest.events.empty() && !rest.has_ended) waiting_.push_back(wake);
  return rest;
}

void TurnLog::wake_all(std::unique_lock<std::mutex> lock) {
  auto waiting = std::exchange(waiting_, {});
  lock.unlock();
  for (auto& wake : waiting) wake.request_stop();
}

void TurnLog::add_follower() {
  std::lock_guard lock(mutex_);
  ++followers_;
}

bool TurnLog::remove_follower() {
  std::lock_guard lock(mutex_);
  return --followers_ == 0;
}

bool TurnLog::has_followers() const {
  std::lock_guard lock(mutex_);
  return followers_ > 0;
}

std::optional<TurnLog::Instant> TurnLog::ended_at() const {
  std::lock_guard lock(mutex_);
  return ended_at_;
}

std::size_t TurnLog::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace aiva::chat
