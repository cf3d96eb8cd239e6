#include "capabilities/models/internal/breaker.h"

#include <algorithm>

namespace aiva::models {
namespace {

constexpr int doublings_max = 4;

}  // namespace

bool Breaker::allow() {
  std::lock_guard lock(mutex_);
  if (rests_ == 0) return true;
  auto now = clock_.steady();
  if (now < open_until_) return false;
  // A trial nobody heard of again must not keep the server shut.
  bool is_tried = is_trying_ && now < tried_at_ + 4 * options_.rest;
  if (is_tried) return false;
  is_trying_ = true;
  tried_at_ = now;
  return true;
}

void Breaker::succeed() {
  std::lock_guard lock(mutex_);
  failures_ = 0;
  rests_ = 0;
  is_trying_ = false;
}

void Breaker::fail() {
  std::lock_guard lock(mutex_);
  bool was_trial = is_trying_;
  is_trying_ = false;
  ++failures_;
  // Calls from before the rest say nothing new.
  if (rests_ > 0 && !was_trial) return;
  if (rests_ == 0 && failures_ < options_.failures_max) return;
  auto rest = options_.rest * (1 << std::min(rests_, doublings_max));
  open_until_ = clock_.steady() + rest;
  ++rests_;
}

void Breaker::abandon() {
  std::lock_guard lock(mutex_);
  is_trying_ = false;
}

Breaker::State Breaker::state() const {
  std::lock_guard lock(mutex_);
  if (rests_ == 0) return State::closed;
  return clock_.steady() < open_until_ ? State::open : State::half_open;
}

std::chrono::milliseconds Breaker::rest_left() const {
  std::lock_guard lock(mutex_);
  auto now = clock_.steady();
  if (rests_ == 0 || now >= open_until_) return std::chrono::milliseconds(0);
  return std::chrono::ceil<std::chrono::milliseconds>(open_until_ - now);
}

}  // namespace aiva::models
