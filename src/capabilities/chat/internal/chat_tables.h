#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/chat/chat.h"
#include "ports/chat_model.h"
#include "ports/database.h"

namespace aiva::chat {

// The statements over chat_sessions and chat_messages. Every one is bound to a tenant; what another
// tenant has is `not_found`.

Result<void> insert_session(SqlSession& sql, const Session& session, UserId user);
Result<Session> find_session(SqlSession& sql, TenantId tenant, ChatSessionId id);
// Newest first.
Result<knowledge::PageOf<Session>> list_sessions(SqlSession& sql, TenantId tenant,
                                                 const Chat::SessionFilter& filter);
// Ending twice is a success.
Result<void> mark_ended(SqlSession& sql, TenantId tenant, ChatSessionId id, UnixMs now);
// Oldest first; `not_found` when the session is.
Result<knowledge::PageOf<Message>> list_messages(SqlSession& sql, TenantId tenant, ChatSessionId id,
                                                 knowledge::PageRequest page);

// A message as it is written.
struct NewMessage {
  MessageId id{};
  std::string role{};
  std::string content{};
  std::vector<Source> sources{};
  std::string provider{};
  std::string model{};
  bool is_extractive = false;
  bool is_interrupted = false;
  std::int64_t context_chunks = 0;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  billing::MicroUsd base_cost = 0;
  billing::MicroUsd final_cost = 0;
  double time_ms = 0;
  UnixMs created_at = 0;
};

// Appends a message and gives an untitled session a title. Fails with `conflict` when the session
// has ended and `must_be_active`.
Result<Session> append_message(SqlSession& sql, TenantId tenant, ChatSessionId session,
                               const NewMessage& message, bool must_be_active);

// The `count_max` newest messages before the last one, oldest first.
Result<std::vector<ChatMessage>> read_history(SqlSession& sql, const Session& session,
                                              std::size_t count_max);

}  // namespace aiva::chat
