#pragma once

#include <cstdint>
#include <optional>

#include "capabilities/chat/notes.h"
#include "ports/database.h"

namespace aiva::chat {

// The statements over conversation_notes. Every one is bound to a tenant.

Result<void> insert_note(SqlSession& sql, TenantId tenant, const Note& note);
Result<Note> find_note(SqlSession& sql, TenantId tenant, ChatSessionId session, NoteId id);
Result<void> remove_note(SqlSession& sql, TenantId tenant, ChatSessionId session, NoteId id);
Result<std::int64_t> count_notes(SqlSession& sql, TenantId tenant, ChatSessionId session);
// Newest first.
Result<knowledge::PageOf<Note>> list_notes(SqlSession& sql, TenantId tenant, ChatSessionId session,
                                           const knowledge::PageRequest& page);

}  // namespace aiva::chat
