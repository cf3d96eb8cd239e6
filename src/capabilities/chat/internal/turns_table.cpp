#include "capabilities/chat/internal/turns_table.h"

#include <utility>

namespace aiva::chat {
namespace {

constexpr std::string_view select_turn =
    "SELECT id, tenant_id, session_id, user_message_id, client_message_id, state, is_cancelled,"
    " lease_until FROM chat_turns";

TurnRow read_turn(const SqlRow& row) {
  TurnRow turn{.id = row.id<MessageId>(0),
               .tenant = row.id<TenantId>(1),
               .session = row.id<ChatSessionId>(2),
               .user_message = row.id<MessageId>(3),
               .state = std::string(row.text(5)),
               .is_cancelled = row.integer(6) != 0,
               .lease_until = row.integer(7)};
  if (!row.is_null(4)) turn.client_message = std::string(row.text(4));
  return turn;
}

Result<std::optional<TurnRow>> first_of(SqlSession& sql, std::string_view where,
                                        SqlSession::Parameters parameters) {
  std::optional<TurnRow> found;
  TRY_VOID(sql.query(std::string(select_turn) + std::string(where), parameters,
                     [&found](const SqlRow& row) -> Result<void> {
                       if (!found) found = read_turn(row);
                       return {};
                     }));
  return found;
}

}  // namespace

Result<void> TurnsTable::insert(const TurnRow& row, UnixMs now) {
  TRY_VOID(sql_.execute(
      "INSERT INTO chat_turns (id, tenant_id, session_id, user_message_id, client_message_id,"
      " state, lease_until, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {row.id, tenant_, row.session, row.user_message, row.client_message, row.state,
       row.lease_until, now, now}));
  return {};
}

Result<std::optional<TurnRow>> TurnsTable::find(MessageId id) {
  return first_of(sql_, " WHERE id = ? AND tenant_id = ?", {id, tenant_});
}

Result<std::optional<TurnRow>> TurnsTable::find_by_client(ChatSessionId session,
                                                          std::string_view client) {
  return first_of(sql_, " WHERE tenant_id = ? AND session_id = ? AND client_message_id = ?",
                  {tenant_, session, client});
}

Result<std::optional<TurnRow>> TurnsTable::find_by_message(ChatSessionId session,
                                                           MessageId user_message) {
  return first_of(sql_,
                  " WHERE tenant_id = ? AND session_id = ? AND user_message_id = ?"
                  " ORDER BY created_at DESC LIMIT 1",
                  {tenant_, session, user_message});
}

Result<void> TurnsTable::restart(MessageId old_id, MessageId new_id, UnixMs lease_until,
                                 UnixMs now) {
  TRY_VOID(
      sql_.execute("UPDATE chat_turns SET id = ?, state = 'running', error_code = '',"
                   " is_cancelled = 0, lease_until = ?, updated_at = ?"
                   " WHERE id = ? AND tenant_id = ?",
                   {new_id, lease_until, now, old_id, tenant_}));
  return {};
}

Result<bool> TurnsTable::end(MessageId id, std::string_view state, std::string_view error_code,
                             UnixMs now) {
  TRY(auto changed,
      sql_.execute("UPDATE chat_turns SET state = ?, error_code = ?, updated_at = ?"
                   " WHERE id = ? AND tenant_id = ? AND state IN ('running', 'collecting')",
                   {state, error_code, now, id, tenant_}));
  return changed > 0;
}

Result<bool> TurnsTable::ask_to_cancel(MessageId id, UnixMs now) {
  TRY(auto changed, sql_.execute("UPDATE chat_turns SET is_cancelled = 1, updated_at = ?"
                                 " WHERE id = ? AND tenant_id = ? AND state = 'running'",
                                 {now, id, tenant_}));
  return changed > 0;
}

Result<MessageId> TurnsTable::holder(ChatSessionId session) {
  MessageId turn;
  TRY_VOID(sql_.query("SELECT turn_id FROM chat_sessions WHERE id = ? AND tenant_id = ?",
                      {session, tenant_}, [&turn](const SqlRow& row) -> Result<void> {
                        turn = row.id<MessageId>(0);
                        return {};
                      }));
  return turn;
}

Result<void> TurnsTable::hold(ChatSessionId session, MessageId turn) {
  TRY_VOID(sql_.execute("UPDATE chat_sessions SET turn_id = ? WHERE id = ? AND tenant_id = ?",
                        {turn, session, tenant_}));
  return {};
}

Result<void> TurnsTable::let_go(ChatSessionId session, MessageId turn) {
  TRY_VOID(
      sql_.execute("UPDATE chat_sessions SET turn_id = NULL"
                   " WHERE id = ? AND tenant_id = ? AND turn_id = ?",
                   {session, tenant_, turn}));
  return {};
}

Result<std::vector<TurnRow>> list_dead_turns(SqlSession& sql, UnixMs lease_before,
                                             std::size_t count_max) {
  std::vector<TurnRow> turns;
  TRY_VOID(sql.query(std::string(select_turn) + " WHERE state = 'running' AND lease_until <= ?"
                                                " ORDER BY lease_until LIMIT ?",
                     {lease_before, count_max}, [&turns](const SqlRow& row) -> Result<void> {
                       turns.push_back(read_turn(row));
                       return {};
                     }));
  return turns;
}

Result<std::vector<MessageId>> renew_turns(SqlSession& sql, std::span<const MessageId> ids,
                                           UnixMs lease_until) {
  std::vector<MessageId> cancelled;
  for (auto id : ids) {
    TRY_VOID(sql.execute("UPDATE chat_turns SET lease_until = ? WHERE id = ? AND state = 'running'",
                         {lease_until, id}));
    TRY_VOID(sql.query("SELECT 1 FROM chat_turns WHERE id = ? AND is_cancelled = 1", {id},
                       [&cancelled, id](const SqlRow&) -> Result<void> {
                         cancelled.push_back(id);
                         return {};
                       }));
  }
  return cancelled;
}

Result<std::int64_t> forget_ended_turns(SqlSession& sql, UnixMs made_before) {
  return sql.execute(
      "DELETE FROM chat_turns WHERE created_at < ? AND state NOT IN ('running', 'collecting')",
      {made_before});
}

}  // namespace aiva::chat
