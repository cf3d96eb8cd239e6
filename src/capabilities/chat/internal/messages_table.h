#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/chat/types.h"
#include "capabilities/knowledge/types.h"
#include "ports/chat_model.h"
#include "ports/database.h"

namespace aiva::chat {

// The statements over chat_messages. Every one is bound to a tenant; what another tenant has is
// `not_found`.

// Oldest first; `not_found` when the session is.
Result<knowledge::PageOf<Message>> list_messages(SqlSession& sql, TenantId tenant, ChatSessionId id,
                                                 knowledge::PageRequest page);
Result<Message> find_message(SqlSession& sql, TenantId tenant, ChatSessionId session, MessageId id);

// Appends a message and gives an untitled session a title. Fails with `conflict` when the session
// has ended and `must_be_active`.
Result<Session> append_message(SqlSession& sql, TenantId tenant, const Message& message,
                               bool must_be_active);

// What is needed of a message to answer it.
struct StoredMessage {
  MessageId id{};
  std::int64_t sequence = 0;  // within its session, from 1
  std::string text{};
};
Result<StoredMessage> find_stored(SqlSession& sql, TenantId tenant, ChatSessionId session,
                                  MessageId id);
Result<std::optional<StoredMessage>> find_last_user_message(SqlSession& sql,
                                                            const Session& session);

// Marks a user's message and, with `and_before`, those before it that no moderator had seen. What
// is blocked, no model gets to see.
Result<void> mark_moderated(SqlSession& sql, TenantId tenant, ChatSessionId session,
                            MessageId message, std::string_view state, bool and_before);

// What was said before a message, without what a moderator blocked.
struct SaidBefore {
  std::vector<ChatMessage> history{};     // the newest messages, oldest first
  std::vector<std::string> unanswered{};  // user's messages right before it, newest first
  std::string summary{};                  // of what was said before `history`
  std::vector<std::string> unchecked{};   // user's texts of these that no moderator has seen
};
// With `joins_unanswered` the user's messages that nobody answered are told apart.
Result<SaidBefore> read_before(SqlSession& sql, const Session& session, std::int64_t sequence,
                               std::size_t count_max, bool joins_unanswered);

}  // namespace aiva::chat
