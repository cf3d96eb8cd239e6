#pragma once

#include <memory>
#include <optional>

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
  // On the heap, as this stays until the answer's end.
  using SeatedPointer = std::unique_ptr<Seated>;
  // All that comes before the answer: what it needs is gone when a model is waited for.
  Task<Result<SeatedPointer>> begin(CallContext context, Turn turn);
  Task<Result<SeatedPointer>> open_when_free(CallContext context, TurnRequest request);
  // Waits for more messages of the same user; whether a later one takes over is seen at opening.
  // What the message came to before, if it did.
  Task<Result<std::optional<OpenedTurn>>> collect(CallContext context, TurnRequest& request);
  Task<Result<Answer>> answer(CallContext context, OpenedTurn& opened, TurnListener listener);

  const ChatParts& parts_;
  const ChatSettings& settings_;
  TurnEngine& engine_;
  TurnJournal journal_;
  TurnSeats seats_;
  RunningTurns running_;  // last: it ends before what it uses
  Histogram& seconds_;
  Gauge& active_;
  Counter& failures_;
};

}  // namespace aiva::chat
