#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "capabilities/agents/internal/active_rows.h"
#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::agents {

// Knows which agents changed lately, in this process at once and in others by reading the log of
// changes at most once in a while. Any thread.
class ChangeFollower {
 public:
  // `forget` is called for every agent that changed elsewhere; with a nil id all are to be
  // forgotten.
  ChangeFollower(Database& database, const Clock& clock, std::chrono::milliseconds follow_time,
                 std::function<void(AgentId)> forget);

  // Whether it is this caller's turn to follow(): true once in `follow_time`.
  bool is_due();
  // Makes it the next caller's turn.
  void look_soon() { due_at_ = std::numeric_limits<std::chrono::steady_clock::rep>::min(); }
  // Reads what changed since the last time. When the rows cannot be read what is known stays.
  Task<void> follow(CallContext context);
  // A change made here.
  void note(const AgentChangeMark& mark);
  // Whether an agent read when the clock stood at `number` has not changed since, as far as is
  // known.
  [[nodiscard]] bool is_current(AgentId agent, std::int64_t number) const;

 private:
  struct News {
    std::int64_t clock = 0;
    std::vector<AgentChangeMark> marks{};
  };
  void take_over(const News& news);
  void raise(const AgentChangeMark& mark);

  Database& database_;
  const Clock& clock_;
  std::chrono::milliseconds follow_time_;
  std::function<void(AgentId)> forget_;
  std::atomic<std::chrono::steady_clock::rep> due_at_ = 0;  // of the steady clock
  mutable std::mutex mutex_;
  std::int64_t known_ = -1;  // all changes up to this number are known; -1: none was read yet
  std::int64_t floor_ = 0;   // of changes before this number nothing is known
  std::unordered_map<AgentId, std::int64_t> changes_;  // each agent's last
};

}  // namespace aiva::agents
