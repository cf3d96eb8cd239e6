#pragma once

#include <chrono>
#include <coroutine>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "foundation/call_context.h"
#include "foundation/executor.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::ari {

// What became of a channel we asked for.
struct Arrival {
  bool is_there = false;  // it entered our application
  int cause = 0;          // else: why it ended
};

// Channels of ours that are on their way into our application. On one executor only.
class Arrivals {
 public:
  explicit Arrivals(Executor& home) : home_(home) {}
  Arrivals(const Arrivals&) = delete;
  Arrivals& operator=(const Arrivals&) = delete;

  // Before the channel is asked for, so that nothing is missed. Each is waited for once, or let go.
  void expect(const std::string& channel);
  void let_go(const std::string& channel) { expected_.erase(channel); }
  [[nodiscard]] bool expects(const std::string& channel) const {
    return expected_.contains(channel);
  }

  // True when it was waited for.
  bool note_there(const std::string& channel);
  bool note_gone(const std::string& channel, int cause);
  void expire(std::chrono::steady_clock::time_point now);
  // The connection was lost: all fail with `unavailable`.
  void fail_all();

  // Until it is there or gone. Fails with `timeout`, `cancelled` and `unavailable`.
  Task<Result<Arrival>> wait(std::string channel, CallContext context);

 private:
  struct Expected {
    std::optional<Result<Arrival>> outcome{};
    std::coroutine_handle<> handle{};
    std::chrono::steady_clock::time_point until{};
  };

  bool end(const std::string& channel, Result<Arrival> outcome);

  Executor& home_;
  // Shared with stop requests that are on their way.
  std::map<std::string, std::shared_ptr<Expected>> expected_{};
};

}  // namespace aiva::ari
