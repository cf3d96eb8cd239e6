#pragma once

#include <memory>
#include <optional>
#include <string>

#include "capabilities/chat/completions.h"
#include "capabilities/chat/resumable.h"
#include "capabilities/chat/settings.h"
#include "capabilities/chat/types.h"
#include "capabilities/knowledge/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::chat {

// Conversations that are answered out of knowledge bases. Only rows of `context.tenant` are seen.
class Chat {
 public:
  virtual ~Chat() = default;
  // The agent's greeting is its first message. Fails with what the agent or the knowledge base
  // fails with.
  virtual Task<Result<Session>> create_session(CallContext context, NewSession session) = 0;
  virtual Task<Result<Session>> session(CallContext context, ChatSessionId id) = 0;
  struct SessionFilter {
    std::optional<std::string> status{};
    std::optional<AgentId> agent{};
    knowledge::PageRequest page{};
  };
  // Newest first.
  virtual Task<Result<knowledge::PageOf<Session>>> sessions(CallContext context,
                                                            SessionFilter filter) = 0;
  virtual Task<Result<void>> end_session(CallContext context, ChatSessionId id) = 0;
  // Oldest first.
  virtual Task<Result<knowledge::PageOf<Message>>> messages(CallContext context, ChatSessionId id,
                                                            knowledge::PageRequest page) = 0;
  // Saves the user's message, retrieves, answers, saves the answer with its cost. One turn of a
  // session at a time: it waits for the one before, `conflict` when that takes too long or the
  // session has ended. When the model fails the user's message stays and nothing is charged. When
  // the client goes away the text so far is saved as interrupted, and charged.
  virtual Task<Result<Answer>> answer(CallContext context, Turn turn) = 0;
  // Stops a turn, on whatever process it runs, by the id of the user's message or of the answer:
  // what was said so far is saved as interrupted. Fails with `not_found`, and with `conflict` when
  // the message is not being answered.
  virtual Task<Result<void>> cancel(CallContext context, ChatSessionId session,
                                    MessageId message) = 0;
  // Ends turns of all tenants that died with their process: their messages stay and may be sent
  // again, the credits they held are let go. With `all` those whose leases still run, too: for a
  // process that starts alone. Says how many.
  virtual Task<Result<std::int64_t>> recover_turns(CallContext context, bool all) = 0;
  // The same turns for clients that may go away and come back.
  virtual ResumableTurns& resumable() = 0;
  // The same answers without stored sessions.
  virtual Completions& completions() = 0;
};

std::unique_ptr<Chat> make_chat(ChatParts parts, ChatSettings settings);

}  // namespace aiva::chat
