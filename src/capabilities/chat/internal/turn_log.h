#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "capabilities/chat/resumable.h"

namespace aiva::chat {

// The events of one turn, those who wait for more, and whether anybody hears it. Any thread.
class TurnLog {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  TurnLog(TenantId tenant, ChatSessionId session) : tenant_(tenant), session_(session) {}

  [[nodiscard]] bool belongs_to(TenantId tenant, ChatSessionId session) const {
    return tenant == tenant_ && session == session_;
  }
  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }
  void stop() { stop_.request_stop(); }

  // Numbers and keeps an event, and wakes who waits; the event as it was kept.
  StreamEvent append(StreamEvent event);
  // The last event; `failure` is what a client is told that heard nothing before.
  StreamEvent end(StreamEvent event, std::optional<Error> failure, Instant now);

  struct Rest {
    std::vector<StreamEvent> events{};
    bool has_ended = false;
    std::optional<Error> failure{};  // when the turn failed before its second event
  };
  // What stands behind `after`. When that is nothing yet, `wake` is stopped as soon as there is.
  Rest read(std::int64_t after, const std::stop_source& wake);

  void add_follower();
  // Whether nobody is left.
  bool remove_follower();
  [[nodiscard]] bool has_followers() const;
  // When it ended, if it did.
  [[nodiscard]] std::optional<Instant> ended_at() const;
  [[nodiscard]] std::size_t bytes() const;

 private:
  void wake_all(std::unique_lock<std::mutex> lock);

  TenantId tenant_;
  ChatSessionId session_;
  std::stop_source stop_;
  mutable std::mutex mutex_;
  std::vector<StreamEvent> events_;
  std::vector<std::stop_source> waiting_;
  std::optional<Error> failure_;
  std::optional<Instant> ended_at_;
  int followers_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace aiva::chat
