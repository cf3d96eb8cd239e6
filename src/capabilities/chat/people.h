#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "capabilities/chat/settings.h"
#include "capabilities/chat/types.h"
#include "capabilities/knowledge/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::chat {

// A conversation that wants a person, or has one.
struct InboxEntry {
  Session session{};
  std::string reason{};  // why, as the model or the caller said
  std::string queue{};
  UnixMs waiting_since = 0;
  UserId claimed_by{};  // nil: nobody yet, or an API key
};

struct InboxFilter {
  std::optional<std::string> state{};  // waiting | claimed; both when empty
  std::optional<std::string> queue{};
  knowledge::PageRequest page{};
};

// What a user thought of an answer.
struct Feedback {
  MessageId message{};
  ChatSessionId session{};
  std::optional<AgentId> agent{};
  int rating = 0;  // 1 or -1
  std::string comment{};
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

struct FeedbackFilter {
  std::optional<AgentId> agent{};
  std::optional<int> rating{};
  UnixMs since = 0;
  knowledge::PageRequest page{};
};

struct FeedbackReport {
  std::int64_t helpful = 0;
  std::int64_t unhelpful = 0;
  knowledge::PageOf<Feedback> entries{};  // newest first
};

// People in conversations: those who answer where an agent handed over, and what users thought of
// answers. Only rows of `context.tenant` are seen.
class People {
 public:
  virtual ~People() = default;

  // Asks for a person; a success when one was asked for before. `conflict` in an ended session.
  virtual Task<Result<Session>> ask_for_person(CallContext context, ChatSessionId session,
                                               std::string reason, std::string queue) = 0;
  // Those that wait longest first.
  virtual Task<Result<knowledge::PageOf<InboxEntry>>> inbox(CallContext context,
                                                            InboxFilter filter) = 0;
  // From then on `context.user` answers. `conflict` when somebody else does or nobody is wanted.
  virtual Task<Result<Session>> claim(CallContext context, ChatSessionId session) = 0;
  // Says something as a person (1…8000 characters); claims the session when nobody has.
  virtual Task<Result<Message>> reply(CallContext context, ChatSessionId session,
                                      std::string text) = 0;
  // The agent answers again. A success when it does already.
  virtual Task<Result<Session>> give_back(CallContext context, ChatSessionId session) = 0;

  // Rates an answer, once; a later rating takes the place of the earlier one. `not_found` for what
  // is no answer of the session.
  virtual Task<Result<Feedback>> rate(CallContext context, ChatSessionId session, MessageId message,
                                      int rating, std::string comment) = 0;
  virtual Task<Result<void>> withdraw_rating(CallContext context, ChatSessionId session,
                                             MessageId message) = 0;
  virtual Task<Result<FeedbackReport>> feedback(CallContext context, FeedbackFilter filter) = 0;
};

// The database and the clock are borrowed.
std::unique_ptr<People> make_people(Database& database, const Clock& clock, ChatListener listener);

}  // namespace aiva::chat
