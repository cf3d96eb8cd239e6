#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/chat/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::chat {

// An event of a turn as it is sent; ids count up from 1.
struct StreamEvent {
  std::int64_t id = 0;
  std::string name{};
  std::string data{};
};

// How a turn's events are written; called where the turn runs.
struct StreamFormat {
  std::function<StreamEvent(MessageId turn)> begin{};
  std::function<StreamEvent(const TurnEvent&)> event{};
  std::function<StreamEvent(const Result<Answer>&)> end{};
};

// One client that hears a turn; while it is there the turn goes on.
class TurnFollower {
 public:
  virtual ~TurnFollower() = default;
  // The next events, at least one; nothing when the turn has ended and all were told. Fails with
  // the turn's failure when nothing was told before it.
  virtual Task<Result<std::optional<std::vector<StreamEvent>>>> next(CallContext context) = 0;
};

// Turns whose clients may go away and come back, on any process that shares the cache: what they
// missed is told again for five minutes. A turn that nobody hears is stopped after a while.
class ResumableTurns {
 public:
  virtual ~ResumableTurns() = default;
  // Begins a turn; its listener is not called. Fails with `unavailable` when too many run.
  virtual Task<Result<std::unique_ptr<TurnFollower>>> begin(CallContext context, Turn turn,
                                                            StreamFormat format) = 0;
  // From the event behind `after` on. Fails with `not_found` for a turn that is not known any more.
  virtual Task<Result<std::unique_ptr<TurnFollower>>> follow(CallContext context,
                                                             ChatSessionId session, MessageId turn,
                                                             std::int64_t after) = 0;
  // Blocks until no turn runs in this process, or the patience is over: for one that is to end.
  virtual void wait_idle(std::chrono::milliseconds patience) = 0;
};

}  // namespace aiva::chat
