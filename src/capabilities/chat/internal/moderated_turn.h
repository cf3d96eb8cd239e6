#pragma once

#include <optional>
#include <string>

#include "capabilities/chat/internal/turn.h"
#include "capabilities/chat/settings.h"
#include "capabilities/chat/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::chat {

[[nodiscard]] bool is_blocked(const Moderated& moderated);
// Whether somebody should hear of it: not all was looked at and found fit.
[[nodiscard]] bool is_remarkable(const Moderated& moderated);

// Asks the moderators of a turn about the question and what they have not seen before it; notes
// what they say and tells the listener. The refusal to answer with, or nothing when the question
// may be put to the model. Fails with what the context fails with.
Task<Result<std::optional<Reply>>> refuse_question(CallContext context, const ChatParts& parts,
                                                   const TurnInput& input, TurnListener& listener,
                                                   Moderated& moderated);

// Asks the moderators of a turn about the user's words beside the chat that they have not seen, and
// notes on each of those what they say of all. The question is not judged by it. Fails with what
// the context fails with.
Task<Result<void>> look_beside(CallContext context, const ChatParts& parts, TurnInput& input);

// Keeps the words of an answer back until its moderators have seen all of it.
class HeldAnswer {
 public:
  // The parts and the input are borrowed, by what listener() makes this itself.
  HeldAnswer(const ChatParts& parts, const TurnInput& input, TurnListener listener);
  HeldAnswer(const HeldAnswer&) = delete;
  HeldAnswer& operator=(const HeldAnswer&) = delete;

  // What the reply shall tell; the listener itself where nobody looks at answers.
  [[nodiscard]] TurnListener listener();
  // Asks about the reply, if somebody looks at answers, and tells it, or what is said instead. Also
  // when the client is gone: what was said would be kept.
  Task<void> release(CallContext context, Reply& reply, Moderated& moderated);

 private:
  Task<Result<void>> hear(TurnEvent event);

  const ChatParts& parts_;
  const TurnInput& input_;
  TurnListener listener_;
  bool is_held_;
};

}  // namespace aiva::chat
