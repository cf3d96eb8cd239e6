#include "capabilities/chat/internal/notes_table.h"

#include <string>
#include <utility>
#include <vector>

namespace aiva::chat {
namespace {

constexpr std::string_view select_notes =
    "SELECT id, session_id, written_by, author, content, created_at FROM conversation_notes"
    " WHERE tenant_id = ? AND session_id = ?";

Note read_note(const SqlRow& row) {
  return {.id = row.id<NoteId>(0),
          .session = row.id<ChatSessionId>(1),
          .written_by = row.id<UserId>(2),
          .author = std::string(row.text(3)),
          .content = std::string(row.text(4)),
          .created_at = row.integer(5)};
}

}  // namespace

Result<void> insert_note(SqlSession& sql, TenantId tenant, const Note& note) {
  auto by = note.written_by.is_nil() ? std::nullopt : std::optional(note.written_by);
  TRY_VOID(
      sql.execute("INSERT INTO conversation_notes (id, tenant_id, session_id, written_by, author,"
                  " content, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                  {note.id, tenant, note.session, by, note.author, note.content, note.created_at}));
  return {};
}

Result<Note> find_note(SqlSession& sql, TenantId tenant, ChatSessionId session, NoteId id) {
  std::optional<Note> found;
  TRY_VOID(sql.query(std::string(select_notes) + " AND id = ?", {tenant, session, id},
                     [&found](const SqlRow& row) -> Result<void> {
                       found = read_note(row);
                       return {};
                     }));
  if (!found) return fail(ErrorCode::not_found, "There is no such note");
  return *std::move(found);
}

Result<void> remove_note(SqlSession& sql, TenantId tenant, ChatSessionId session, NoteId id) {
  TRY_VOID(sql.execute(
      "DELETE FROM conversation_notes WHERE tenant_id = ? AND session_id = ? AND id = ?",
      {tenant, session, id}));
  return {};
}

Result<std::int64_t> count_notes(SqlSession& sql, TenantId tenant, ChatSessionId session) {
  std::int64_t count = 0;
  TRY_VOID(
      sql.query("SELECT COUNT(*) FROM conversation_notes WHERE tenant_id = ? AND session_id = ?",
                {tenant, session}, [&count](const SqlRow& row) -> Result<void> {
                  count = row.integer(0);
                  return {};
                }));
  return count;
}

Result<knowledge::PageOf<Note>> list_notes(SqlSession& sql, TenantId tenant, ChatSessionId session,
                                           const knowledge::PageRequest& page) {
  knowledge::PageOf<Note> found;
  TRY(found.total, count_notes(sql, tenant, session));
  std::string statement(select_notes);
  std::vector<SqlValue> values = {tenant, session};
  if (page.after) {
    statement += " AND (created_at, id) < (?, ?)";
    values.emplace_back(page.after->key);
    values.emplace_back(page.after->id);
  }
  statement += " ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?";
  values.emplace_back(page.limit);
  values.emplace_back((static_cast<std::int64_t>(page.page) - 1) * page.limit);
  TRY_VOID(sql.query_span(statement, values, [&found](const SqlRow& row) -> Result<void> {
    found.items.push_back(read_note(row));
    return {};
  }));
  return found;
}

}  // namespace aiva::chat
