#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/chat/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/list_position.h"

namespace aiva::chat {

// Characters of a text, counted in code points.
struct TextMark {
  std::size_t start = 0;
  std::size_t length = 0;

  bool operator==(const TextMark&) const = default;
};

// Where a conversation has what was searched for: the newest of its messages that have the most of
// the words, or what it is called by.
struct ConversationMatch {
  std::string field{};  // message | title | user_name | metadata
  MessageId message{};  // nil for what is no message
  std::string role{};   // of a message
  std::string text{};   // plain, cut to what stands around the first word
  std::vector<TextMark> marks{};
  UnixMs created_at = 0;  // of a message
};

struct FoundConversation {
  Session session{};
  ConversationMatch match{};
};

// What else must be true of a conversation, whose row is `c`. The texts of its values are borrowed
// until find() ends.
struct ConversationCondition {
  std::string sql{};  // empty: nothing
  std::vector<SqlValue> values{};
};

struct ConversationQuery {
  // At most 200 characters and 8 words, all of which the conversation must have, in whatever it
  // says; the last may be the beginning of one. Case and diacritics do not count.
  std::string words{};
  std::optional<std::string> status{};
  std::optional<AgentId> agent{};
  ConversationCondition condition{};
  int limit = 50;  // 1…200
  std::optional<ListPosition> after{};
};

struct FoundConversations {
  std::vector<FoundConversation> items{};  // the newest conversations first
  // Where to go on; nothing at the end. A page may have fewer items than asked for, or none, and
  // yet not be the last: so many conversations at most are looked at for one.
  std::optional<ListPosition> next{};
};

// Finds conversations by what is said in them, and by their titles and the people's names. Only
// rows of `context.tenant` are seen.
class ConversationSearch {
 public:
  virtual ~ConversationSearch() = default;
  // What was acknowledged before is found. Fails with `invalid` for the query's mistakes.
  virtual Task<Result<FoundConversations>> find(CallContext context, ConversationQuery query) = 0;
  // Gathers the words of what was said lately, in all tenants, and of what was said before there
  // was a search or by a program of an older release; so much as is done in a moment. Says of how
  // many conversations.
  virtual Task<Result<std::int64_t>> keep_up(CallContext context) = 0;
  // Removes the words of conversations that a program of an older release erased; says of how many.
  // Goes on where it stood, and begins again at the end.
  virtual Task<Result<std::int64_t>> forget_erased(CallContext context) = 0;
};

struct ConversationSearchSettings {
  // Words of so many conversations are put in their places at once; a search looks at fewer of a
  // tenant one by one.
  std::size_t fresh_batch_min = 1000;
};

// Database and clock are borrowed.
std::unique_ptr<ConversationSearch> make_conversation_search(
    Database& database, const Clock& clock, ConversationSearchSettings settings = {});

}  // namespace aiva::chat
