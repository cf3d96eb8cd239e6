#pragma once

#include "capabilities/chat/internal/running_turns.h"
#include "capabilities/chat/internal/turn_engine.h"
#include "capabilities/chat/internal/turn_journal.h"
#include "capabilities/chat/internal/turn_seats.h"
#include "capabilities/chat/types.h"
#include "foundation/metrics.h"

namespace aiva::chat {

// Leads turns of stored sessions from the message to the saved answer. Everything is borrowed.
class TurnRunner {
 public:
  TurnRunner(const ChatParts& parts, const ChatSettings& settings, TurnEngine& engine);

  Task<Result<Answer>> run(CallContext context, Turn turn);
  Task<Result<void>> cancel(CallContext context, ChatSessionId session, MessageId message);
  [[nodiscard]] TurnJournal& journal() { return journal_; }

 private:
  struct Seated {
    OpenedTurn opened{};
    std::optional<TurnSeats::Seat> seat{};
  };
  Task<Result<Seated>> open_when_free(CallContext context, TurnRequest request);
  // Waits for more messages of the same user; whether a later one takes over is seen at opening.
  Task<Result<std::optional<Answer>>> collect(CallContext context, TurnRequest& request);
  Task<Result<Answer>> answer(CallContext context, OpenedTurn opened, TurnListener listener);

  const ChatParts& parts_;
  const ChatSettings& settings_;
  TurnEngine& engine_;
  TurnJournal journal_;
  TurnSeats seats_;
  RunningTurns running_;  // last: it ends before what it uses
  Histogram& seconds_;
  Counter& failures_;
};

}  // namespace aiva::chat
