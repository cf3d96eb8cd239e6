#include "capabilities/chat/internal/chat_tables.h"

#include <algorithm>

#include "capabilities/chat/internal/sources_json.h"
#include "capabilities/search/best_sentence.h"

namespace aiva::chat {
namespace {

constexpr std::size_t title_bytes_max = 80;

constexpr std::string_view select_session =
    "SELECT id, tenant_id, kb_id, title, user_name, status, metadata, message_count, created_at,"
    " updated_at FROM chat_sessions";

Session read_session(const SqlRow& row) {
  Session session{.id = row.id<ChatSessionId>(0),
                  .tenant = row.id<TenantId>(1),
                  .title = std::string(row.text(3)),
                  .user_name = std::string(row.text(4)),
                  .status = std::string(row.text(5)),
                  .metadata = std::string(row.text(6)),
                  .message_count = row.integer(7),
                  .created_at = row.integer(8),
                  .updated_at = row.integer(9)};
  if (!row.is_null(2)) session.knowledge_base = row.id<KnowledgeBaseId>(2);
  return session;
}

Message read_message(const SqlRow& row) {
  return {.id = row.id<MessageId>(0),
          .session = row.id<ChatSessionId>(1),
          .role = std::string(row.text(2)),
          .content = std::string(row.text(3)),
          .sources = sources_from_json(row.text(4)),
          .provider = std::string(row.text(5)),
          .model = std::string(row.text(6)),
          .is_extractive = row.integer(7) != 0,
          .is_interrupted = row.integer(8) != 0,
          .input_tokens = row.integer(9),
          .output_tokens = row.integer(10),
          .final_cost = row.integer(11),
          .created_at = row.integer(12)};
}

Result<std::int64_t> count(SqlSession& sql, std::string_view statement,
                           SqlSession::Parameters parameters) {
  std::int64_t total = 0;
  TRY_VOID(sql.query(statement, parameters, [&total](const SqlRow& row) -> Result<void> {
    total = row.integer(0);
    return {};
  }));
  return total;
}

std::int64_t offset_of(const knowledge::PageRequest& page) {
  return (static_cast<std::int64_t>(page.page) - 1) * page.limit;
}

}  // namespace

Result<void> insert_session(SqlSession& sql, const Session& session, UserId user) {
  auto owner = user.is_nil() ? std::nullopt : std::optional(user);
  TRY_VOID(sql.execute(
      "INSERT INTO chat_sessions (id, tenant_id, kb_id, user_id, title, user_name, status,"
      " metadata, message_count, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)",
      {session.id, session.tenant, session.knowledge_base, owner, session.title, session.user_name,
       session.status, session.metadata, session.created_at, session.updated_at}));
  return {};
}

Result<Session> find_session(SqlSession& sql, TenantId tenant, ChatSessionId id) {
  std::optional<Session> found;
  TRY_VOID(sql.query(std::string(select_session) + " WHERE id = ? AND tenant_id = ?", {id, tenant},
                     [&found](const SqlRow& row) -> Result<void> {
                       found = read_session(row);
                       return {};
                     }));
  if (!found) return fail(ErrorCode::not_found, "There is no such chat session");
  return *std::move(found);
}

Result<knowledge::PageOf<Session>> list_sessions(SqlSession& sql, TenantId tenant,
                                                 const Chat::SessionFilter& filter) {
  knowledge::PageOf<Session> page;
  auto add = [&page](const SqlRow& row) -> Result<void> {
    page.items.push_back(read_session(row));
    return {};
  };
  auto offset = offset_of(filter.page);
  std::string select(select_session);
  if (filter.status) {
    TRY(page.total,
        count(sql, "SELECT COUNT(*) FROM chat_sessions WHERE tenant_id = ? AND status = ?",
              {tenant, *filter.status}));
    select +=
        " WHERE tenant_id = ? AND status = ?"
        " ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?";
    TRY_VOID(sql.query(select, {tenant, *filter.status, filter.page.limit, offset}, add));
  } else {
    TRY(page.total, count(sql, "SELECT COUNT(*) FROM chat_sessions WHERE tenant_id = ?", {tenant}));
    select += " WHERE tenant_id = ? ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?";
    TRY_VOID(sql.query(select, {tenant, filter.page.limit, offset}, add));
  }
  return page;
}

Result<void> mark_ended(SqlSession& sql, TenantId tenant, ChatSessionId id, UnixMs now) {
  TRY(auto changed, sql.execute("UPDATE chat_sessions SET status = 'ended', updated_at = ?"
                                " WHERE id = ? AND tenant_id = ? AND status = 'active'",
                                {now, id, tenant}));
  if (changed > 0) return {};
  TRY(auto session, find_session(sql, tenant, id));
  return {};
}

Result<knowledge::PageOf<Message>> list_messages(SqlSession& sql, TenantId tenant, ChatSessionId id,
                                                 knowledge::PageRequest page) {
  TRY(auto session, find_session(sql, tenant, id));
  knowledge::PageOf<Message> messages{.items = {}, .total = session.message_count};
  TRY_VOID(sql.query(
      "SELECT id, session_id, role, content, sources, provider, model, is_extractive,"
      " is_interrupted, input_tokens, output_tokens, final_cost, created_at FROM chat_messages"
      " WHERE session_id = ? AND tenant_id = ? ORDER BY sequence_number LIMIT ? OFFSET ?",
      {id, tenant, page.limit, offset_of(page)}, [&messages](const SqlRow& row) -> Result<void> {
        messages.items.push_back(read_message(row));
        return {};
      }));
  return messages;
}

Result<Session> append_message(SqlSession& sql, TenantId tenant, ChatSessionId session_id,
                               const NewMessage& message, bool must_be_active) {
  auto title = search::one_line(message.content, title_bytes_max);
  TRY(auto changed,
      sql.execute("UPDATE chat_sessions SET message_count = message_count + 1, updated_at = ?,"
                  " title = CASE WHEN title = '' THEN ? ELSE title END"
                  " WHERE id = ? AND tenant_id = ?",
                  {message.created_at, title, session_id, tenant}));
  if (changed == 0) return fail(ErrorCode::not_found, "There is no such chat session");
  TRY(auto session, find_session(sql, tenant, session_id));
  if (must_be_active && session.status != "active")
    return fail(ErrorCode::conflict, "The chat session has ended");
  TRY_VOID(sql.execute(
      "INSERT INTO chat_messages (session_id, sequence_number, id, tenant_id, role, content,"
      " sources, provider, model, is_extractive, is_interrupted, context_chunks, input_tokens,"
      " output_tokens, base_cost, final_cost, time_ms, created_at)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {session_id, session.message_count, message.id, tenant, message.role, message.content,
       sources_to_json(message.sources), message.provider, message.model, message.is_extractive,
       message.is_interrupted, message.context_chunks, message.input_tokens, message.output_tokens,
       message.base_cost, message.final_cost, message.time_ms, message.created_at}));
  return session;
}

Result<std::vector<ChatMessage>> read_history(SqlSession& sql, const Session& session,
                                              std::size_t count_max) {
  std::vector<ChatMessage> history;
  TRY_VOID(
      sql.query("SELECT role, content FROM chat_messages WHERE session_id = ? AND tenant_id = ?"
                " AND sequence_number < ? ORDER BY sequence_number DESC LIMIT ?",
                {session.id, session.tenant, session.message_count, count_max},
                [&history](const SqlRow& row) -> Result<void> {
                  auto role = row.text(0) == "user" ? ChatRole::user : ChatRole::assistant;
                  history.push_back({role, std::string(row.text(1))});
                  return {};
                }));
  std::ranges::reverse(history);
  return history;
}

}  // namespace aiva::chat
