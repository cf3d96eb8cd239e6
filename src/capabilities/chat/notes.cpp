#include "capabilities/chat/notes.h"

#include <string_view>
#include <utility>

#include "capabilities/chat/internal/chat_tables.h"
#include "capabilities/chat/internal/notes_table.h"
#include "capabilities/chat/internal/turn_rules.h"
#include "foundation/json_writer.h"
#include "foundation/text/utf8.h"

namespace aiva::chat {
namespace {

using identity::Caller;

constexpr std::size_t author_bytes_max = 200;

std::string name_of(const Caller& caller) {
  if (caller.principal == nullptr) return {};
  const auto& name =
      caller.principal->name.empty() ? caller.principal->email : caller.principal->name;
  return std::string(utf8_prefix(name, author_bytes_max));
}

class NotesOfChats final : public Notes {
 public:
  NotesOfChats(Database& database, const Clock& clock, identity::AuditLog& audit_log,
               NotesSettings settings)
      : database_(database), clock_(clock), audit_log_(audit_log), settings_(settings) {}

  Task<Result<Note>> add(CallContext context, Caller caller, ChatSessionId session,
                         std::string content) override {
    CO_TRY_VOID(validate_content(content));
    Note note{.id = NoteId::make(),
              .session = session,
              .written_by = context.user,
              .author = name_of(caller),
              .content = std::move(content),
              .created_at = clock_.unix_ms()};
    auto rows = [this, &context, &caller, &note](SqlSession& sql) -> Result<void> {
      TRY_VOID(find_session(sql, context.tenant, note.session));
      TRY(auto count, count_notes(sql, context.tenant, note.session));
      if (count >= settings_.notes_per_session_max)
        return fail(ErrorCode::too_large, "The conversation has the most notes allowed");
      TRY_VOID(insert_note(sql, context.tenant, note));
      return audit(sql, context.tenant, caller, note, "chat.note_added");
    };
    auto writing = write(database_, context, rows);
    CO_TRY_VOID(co_await std::move(writing));
    co_return note;
  }

  Task<Result<knowledge::PageOf<Note>>> list(CallContext context, ChatSessionId session,
                                             knowledge::PageRequest page) override {
    CO_TRY_VOID(validate_page(page));
    auto rows = [tenant = context.tenant, session,
                 &page](SqlSession& sql) -> Result<knowledge::PageOf<Note>> {
      TRY_VOID(find_session(sql, tenant, session));
      return list_notes(sql, tenant, session, page);
    };
    auto reading = read(database_, context, rows);
    auto found = co_await std::move(reading);
    co_return found;
  }

  Task<Result<void>> remove(CallContext context, Caller caller, ChatSessionId session,
                            NoteId id) override {
    auto rows = [this, &context, &caller, session, id](SqlSession& sql) -> Result<void> {
      TRY(auto note, find_note(sql, context.tenant, session, id));
      bool is_own = !context.user.is_nil() && note.written_by == context.user;
      if (!is_own && !caller.may(identity::Permission::users_write))
        return fail(ErrorCode::forbidden, "Somebody else wrote this note");
      TRY_VOID(remove_note(sql, context.tenant, session, id));
      return audit(sql, context.tenant, caller, note, "chat.note_removed");
    };
    auto writing = write(database_, context, rows);
    auto removed = co_await std::move(writing);
    co_return removed;
  }

 private:
  Result<void> audit(SqlSession& sql, TenantId tenant, const Caller& caller, const Note& note,
                     std::string_view action) {
    std::string details;
    JsonWriter(details).begin_object().field("note_id", note.id).end_object();
    return audit_log_.append(sql, caller,
                             {.tenant = tenant,
                              .action = std::string(action),
                              .resource_type = "chat_session",
                              .resource_id = note.session.to_string(),
                              .details = std::move(details)});
  }

  Database& database_;
  const Clock& clock_;
  identity::AuditLog& audit_log_;
  NotesSettings settings_;
};

}  // namespace

std::unique_ptr<Notes> make_notes(Database& database, const Clock& clock,
                                  identity::AuditLog& audit_log, NotesSettings settings) {
  return std::make_unique<NotesOfChats>(database, clock, audit_log, settings);
}

}  // namespace aiva::chat
