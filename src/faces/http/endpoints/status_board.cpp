#include "faces/http/endpoints/status_board.h"

#include <pthread.h>

#include <algorithm>
#include <exception>

#include "foundation/log.h"

namespace aiva::http {
namespace {

constexpr std::chrono::seconds refresh_time{2};
constexpr std::chrono::seconds minute{60};

}  // namespace

StatusBoard::StatusBoard(StatusBoardParts parts)
    : parts_(parts), began_at_(parts_.clock.unix_ms()) {}

StatusBoard::~StatusBoard() {
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
    stopping_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void StatusBoard::start() {
  thread_ = std::thread([this] { run(); });
}

void StatusBoard::run() {
  pthread_setname_np(pthread_self(), "status");
  for (;;) {
    try {
      look();
    } catch (const std::exception& exception) {
      log::error("The figures of the status page could not be read", {{"what", exception.what()}});
    }
    std::unique_lock lock(mutex_);
    if (stopping_.wait_for(lock, parts_.interval, [this] { return is_stopping_; })) return;
  }
}

void StatusBoard::look() {
  if (refresh_) {
    CallContext context;
    context.deadline = std::chrono::steady_clock::now() + refresh_time;
    sync_wait(refresh_(std::move(context)));
  }
  auto readings = parts_.metrics.read();
  auto totals = total_up(readings, parts_.clock.steady());
  auto at = parts_.clock.unix_ms();
  std::lock_guard lock(mutex_);
  if (!minute_.empty()) {
    points_.push_back({.at = at, .values = figures_between(minute_.back(), totals)});
    if (points_.size() > parts_.points_max) points_.pop_front();
  }
  minute_.push_back(std::move(totals));
  // The second of them lies behind the minute, too: the first is needed no more.
  while (minute_.size() > 2 && minute_.back().at - minute_[1].at >= minute) minute_.pop_front();
}

StatusBoard::Point StatusBoard::now() const {
  std::lock_guard lock(mutex_);
  if (minute_.size() < 2) return {};
  return {.at = points_.back().at, .values = figures_between(minute_.front(), minute_.back())};
}

std::vector<StatusBoard::Point> StatusBoard::history() const {
  std::lock_guard lock(mutex_);
  return {points_.begin(), points_.end()};
}

}  // namespace aiva::http
