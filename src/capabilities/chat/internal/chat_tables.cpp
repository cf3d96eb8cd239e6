#include "capabilities/chat/internal/chat_tables.h"

#include <algorithm>

#include "capabilities/chat/internal/words_table.h"

namespace aiva::chat {
namespace {

constexpr std::string_view select_session =
    "SELECT id, tenant_id, kb_id, title, user_name, status, metadata, message_count, created_at,"
    " updated_at, agent_id, handover FROM chat_sessions";

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
  session.handover = row.text(11);
  if (!row.is_null(10)) session.agent = row.id<AgentId>(10);
  return session;
}

std::int64_t offset_of(const knowledge::PageRequest& page) {
  return (static_cast<std::int64_t>(page.page) - 1) * page.limit;
}

}  // namespace

Result<void> insert_session(SqlSession& sql, const Session& session, UserId user) {
  auto owner = user.is_nil() ? std::nullopt : std::optional(user);
  TRY_VOID(sql.execute(
      "INSERT INTO chat_sessions (id, tenant_id, kb_id, user_id, title, user_name, status,"
      " metadata, message_count, created_at, updated_at, agent_id)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)",
      {session.id, session.tenant, session.knowledge_base, owner, session.title, session.user_name,
       session.status, session.metadata, session.created_at, session.updated_at, session.agent}));
  if (session.title.empty() && session.user_name.empty() && session.metadata == "{}") return {};
  return note_words_due(sql, session.tenant, session.id);
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
  std::string where = " WHERE tenant_id = ?";
  std::vector<SqlValue> values = {tenant};
  if (filter.status) {
    where += " AND status = ?";
    values.emplace_back(*filter.status);
  }
  if (filter.agent) {
    where += " AND agent_id = ?";
    values.emplace_back(*filter.agent);
  }
  TRY_VOID(sql.query_span("SELECT COUNT(*) FROM chat_sessions" + where, values,
                          [&page](const SqlRow& row) -> Result<void> {
                            page.total = row.integer(0);
                            return {};
                          }));
  if (const auto& after = filter.page.after) {
    where += " AND (created_at, id) < (?, ?)";
    values.emplace_back(after->key);
    values.emplace_back(after->id);
  }
  values.emplace_back(filter.page.limit);
  values.emplace_back(offset_of(filter.page));
  auto select =
      std::string(select_session) + where + " ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?";
  TRY_VOID(sql.query_span(select, values, add));
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

Result<void> note_decision(SqlSession& sql, TenantId tenant, const Message& message) {
  const auto& decision = message.answer.decision;
  if (decision.is_closed) return mark_ended(sql, tenant, message.session, message.created_at);
  if (!decision.wants_transfer) return {};
  TRY_VOID(sql.execute(
      "UPDATE chat_sessions SET handover = 'waiting', handover_reason = ?,"
      " handover_queue = ?, handover_at = ?, claimed_by = NULL"
      " WHERE id = ? AND tenant_id = ? AND handover = 'none'",
      {decision.reason, decision.transfer_queue, message.created_at, message.session, tenant}));
  return {};
}

}  // namespace aiva::chat
