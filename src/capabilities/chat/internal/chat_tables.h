#pragma once

#include "capabilities/chat/chat.h"
#include "ports/database.h"

namespace aiva::chat {

// The statements over chat_sessions. Every one is bound to a tenant; what another tenant has is
// `not_found`.

Result<void> insert_session(SqlSession& sql, const Session& session, UserId user);
Result<Session> find_session(SqlSession& sql, TenantId tenant, ChatSessionId id);
// Newest first.
Result<knowledge::PageOf<Session>> list_sessions(SqlSession& sql, TenantId tenant,
                                                 const Chat::SessionFilter& filter);
// Ending twice is a success.
Result<void> mark_ended(SqlSession& sql, TenantId tenant, ChatSessionId id, UnixMs now);
// Has the session wait for a person or end, where its new answer says so.
Result<void> note_decision(SqlSession& sql, TenantId tenant, const Message& message);

}  // namespace aiva::chat
