#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>

#include "capabilities/chat/internal/shared_turn_log.h"
#include "capabilities/chat/internal/turn_log.h"
#include "capabilities/chat/internal/turn_runner.h"
#include "capabilities/chat/resumable.h"

namespace aiva::chat {

// Runs turns by themselves and keeps their events. Everything is borrowed; the destructor stops
// what runs and waits for it. Followers must be gone by then.
class DetachedTurns final : public ResumableTurns {
 public:
  DetachedTurns(TurnRunner& runner, const ChatParts& parts, const ChatSettings& settings)
      : runner_(runner), parts_(parts), settings_(settings) {}
  ~DetachedTurns() override;

  Task<Result<std::unique_ptr<TurnFollower>>> begin(CallContext context, Turn turn,
                                                    StreamFormat format) override;
  Task<Result<std::unique_ptr<TurnFollower>>> follow(CallContext context, ChatSessionId session,
                                                     MessageId turn, std::int64_t after) override;
  void wait_idle(std::chrono::milliseconds patience) override;

 private:
  // Shared by the turn, its followers and the map.
  using LogPointer = std::shared_ptr<TurnLog>;
  class LocalFollower;
  class SharedFollower;
  struct Run;

  void detach(Task<void> task);
  Task<void> run(std::shared_ptr<Run> run);
  // Stops a turn that after a while is heard neither here nor on another process.
  Task<void> stop_if_alone(LogPointer log, SharedTurnKey key);
  LogPointer find(MessageId turn);
  // Forgets what ended long ago, and more when it takes too much room; how many turns run.
  std::size_t tidy_up();

  TurnRunner& runner_;
  const ChatParts& parts_;
  const ChatSettings& settings_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::map<MessageId, LogPointer> logs_;  // ids ascend with time
  std::size_t detached_ = 0;
  std::size_t untold_ = 0;   // turns of which not all is told yet
  std::size_t running_ = 0;  // at the last look
  std::chrono::steady_clock::time_point tidied_at_{};
};

}  // namespace aiva::chat
