#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "capabilities/chat/types.h"
#include "capabilities/identity/audit_log.h"
#include "capabilities/knowledge/types.h"
#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::chat {

using NoteId = Id<struct NoteTag>;

struct Note {
  NoteId id{};
  ChatSessionId session{};
  UserId written_by{};   // nil for an API key
  std::string author{};  // as they were called when they wrote it
  std::string content{};
  UnixMs created_at = 0;
};

struct NotesSettings {
  std::int64_t notes_per_session_max = 500;
};

// What colleagues write down about a conversation for each other. No visitor, model, export or
// message sees it; it goes with the conversation. Only rows of `context.tenant` are seen. Who
// writes and removes is in the audit log, without the words.
class Notes {
 public:
  virtual ~Notes() = default;
  // 1…8000 characters, of ended conversations too. Fails with `too_large` when there are the most
  // allowed.
  virtual Task<Result<Note>> add(CallContext context, identity::Caller caller,
                                 ChatSessionId session, std::string content) = 0;
  // Newest first.
  virtual Task<Result<knowledge::PageOf<Note>>> list(CallContext context, ChatSessionId session,
                                                     knowledge::PageRequest page) = 0;
  // `forbidden` for a note of somebody else, unless the caller may change users.
  virtual Task<Result<void>> remove(CallContext context, identity::Caller caller,
                                    ChatSessionId session, NoteId id) = 0;
};

// Everything is borrowed.
std::unique_ptr<Notes> make_notes(Database& database, const Clock& clock,
                                  identity::AuditLog& audit_log, NotesSettings settings);

}  // namespace aiva::chat
