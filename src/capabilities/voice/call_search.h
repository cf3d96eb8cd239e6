#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/chat/conversation_search.h"
#include "capabilities/voice/call_log.h"
#include "capabilities/voice/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/database.h"
#include "ports/list_position.h"

namespace aiva::voice {

struct CallQuery {
  // The other side's number where it is written as one: all of it, with or without the code of its
  // country, or at least its last four digits, at most 20. Else words of the call's conversation,
  // as ConversationQuery has them.
  std::string text{};
  // Which calls count. Its page is not looked at; `after` is what was `next`.
  CallFilter filter{};
};

struct FoundCall {
  Call call{};
  std::optional<chat::ConversationMatch> match{};  // where it has the words
};

struct FoundCalls {
  std::vector<FoundCall> items{};  // newest first
  // Where to go on; nothing at the end. A page may have fewer items than asked for, or none, and
  // yet not be the last: so many calls at most are looked at for one.
  std::optional<ListPosition> next{};
};

// Finds calls by who was at the other end and by what was said. Only rows of `context.tenant` are
// seen.
class CallSearch {
 public:
  virtual ~CallSearch() = default;
  // Fails with `invalid` for the mistakes of the query (`q`).
  virtual Task<Result<FoundCalls>> find(CallContext context, CallQuery query) = 0;
};

// Both are borrowed.
std::unique_ptr<CallSearch> make_call_search(Database& database,
                                             chat::ConversationSearch& conversations);

}  // namespace aiva::voice
