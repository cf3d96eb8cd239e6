#include "capabilities/chat/internal/running_turns.h"

#include <utility>

#include "foundation/log.h"

namespace aiva::chat {

RunningTurns::~RunningTurns() {
  stop_.request_stop();
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return !is_renewing_; });
}

RunningTurns::Place::Place(RunningTurns& turns, MessageId turn, std::stop_token outer)
    : turns_(turns),
      turn_(turn),
      on_outer_stop_(std::move(outer), [stop = stop_]() mutable { stop.request_stop(); }) {
  {
    std::lock_guard lock(turns_.mutex_);
    turns_.turns_.emplace(turn_, stop_);
  }
  turns_.begin_renewing();
}

RunningTurns::Place::~Place() {
  std::lock_guard lock(turns_.mutex_);
  turns_.turns_.erase(turn_);
}

bool RunningTurns::stop(MessageId turn) {
  std::stop_source stop(std::nostopstate);
  {
    std::lock_guard lock(mutex_);
    auto found = turns_.find(turn);
    if (found == turns_.end()) return false;
    stop = found->second;
  }
  // Outside of the lock: what is stopped may end its place at once.
  return stop.request_stop();
}

void RunningTurns::begin_renewing() {
  if (!pause_ || stop_.stop_requested()) return;
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(is_renewing_, true)) return;
  }
  start(renew_until_idle(), [this](std::exception_ptr) {
    bool has_more = false;
    {
      // Under the lock: the destructor goes on as soon as it is free.
      std::lock_guard lock(mutex_);
      is_renewing_ = false;
      has_more = !turns_.empty();
      ended_.notify_all();
    }
    if (has_more) begin_renewing();  // this lives: so does a turn
  });
}

Task<void> RunningTurns::renew_until_idle() {
  CallContext context{.cancellation = stop_.get_token()};
  for (int idle = 0; idle < 2;) {
    auto paused = co_await pause_(context, period_);
    if (!paused) co_return;
    auto running = ids();
    idle = running.empty() ? idle + 1 : 0;
    if (running.empty()) continue;
    auto cancelled = co_await journal_.renew(context, std::move(running));
    if (!cancelled) {
      log::failure("The leases of chat turns were not renewed", context, cancelled.error());
      continue;
    }
    for (auto turn : *cancelled) stop(turn);
  }
}

std::vector<MessageId> RunningTurns::ids() {
  std::lock_guard lock(mutex_);
  std::vector<MessageId> ids;
  ids.reserve(turns_.size());
  for (const auto& [id, stop] : turns_) ids.push_back(id);
  return ids;
}

}  // namespace aiva::chat
