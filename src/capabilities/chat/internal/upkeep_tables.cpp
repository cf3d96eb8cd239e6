#include "capabilities/chat/internal/upkeep_tables.h"

#include <algorithm>

namespace aiva::chat {
namespace {

SaidMessage read_row(const SqlRow& row) {
  return {.id = row.id<MessageId>(0),
          .sequence = row.integer(1),
          .role = std::string(row.text(2)),
          .text = std::string(row.text(3))};
}

}  // namespace

Result<SummaryState> read_summary(SqlSession& sql, TenantId tenant, ChatSessionId session) {
  SummaryState state;
  TRY_VOID(
      sql.query("SELECT summary, summary_through FROM chat_sessions WHERE id = ? AND tenant_id = ?",
                {session, tenant}, [&state](const SqlRow& row) -> Result<void> {
                  state = {.text = std::string(row.text(0)), .through = row.integer(1)};
                  return {};
                }));
  return state;
}

Result<void> write_summary(SqlSession& sql, TenantId tenant, ChatSessionId session,
                           std::int64_t before, const SummaryState& summary) {
  TRY_VOID(
      sql.execute("UPDATE chat_sessions SET summary = ?, summary_through = ?"
                  " WHERE id = ? AND tenant_id = ? AND summary_through = ?",
                  {summary.text, summary.through, session, tenant, before}));
  return {};
}

Result<std::vector<SaidMessage>> read_said(SqlSession& sql, TenantId tenant, ChatSessionId session,
                                           std::int64_t first, std::int64_t last) {
  std::vector<SaidMessage> messages;
  TRY_VOID(
      sql.query("SELECT id, sequence_number, role,"
                " CASE WHEN moderation = 'blocked' THEN '(withheld)' ELSE content END"
                " FROM chat_messages"
                " WHERE session_id = ? AND tenant_id = ? AND sequence_number BETWEEN ? AND ?"
                " ORDER BY sequence_number",
                {session, tenant, first, last}, [&messages](const SqlRow& row) -> Result<void> {
                  messages.push_back(read_row(row));
                  return {};
                }));
  return messages;
}

Result<std::vector<SaidMessage>> read_unanalysed(SqlSession& sql, TenantId tenant,
                                                 ChatSessionId session, std::size_t count_max) {
  std::vector<SaidMessage> messages;
  TRY_VOID(
      sql.query("SELECT id, sequence_number, role, content FROM chat_messages"
                " WHERE session_id = ? AND tenant_id = ? AND role = 'user' AND intent = ''"
                " AND moderation <> 'blocked'"
                " ORDER BY sequence_number DESC LIMIT ?",
                {session, tenant, count_max}, [&messages](const SqlRow& row) -> Result<void> {
                  messages.push_back(read_row(row));
                  return {};
                }));
  std::ranges::reverse(messages);
  return messages;
}

Result<void> write_analysis(SqlSession& sql, TenantId tenant, MessageId message,
                            std::string_view sentiment, std::string_view intent) {
  TRY_VOID(sql.execute(
      "UPDATE chat_messages SET sentiment = ?, intent = ? WHERE id = ? AND tenant_id = ?",
      {sentiment, intent, message, tenant}));
  return {};
}

}  // namespace aiva::chat
