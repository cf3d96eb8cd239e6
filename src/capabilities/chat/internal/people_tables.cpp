#include "capabilities/chat/internal/people_tables.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/chat/internal/chat_tables.h"

namespace aiva::chat {
namespace {

constexpr std::string_view select_feedback =
    "SELECT message_id, session_id, agent_id, rating, comment, created_at, updated_at"
    " FROM chat_feedback";

Feedback read_feedback(const SqlRow& row) {
  Feedback feedback{.message = row.id<MessageId>(0),
                    .session = row.id<ChatSessionId>(1),
                    .rating = static_cast<int>(row.integer(3)),
                    .comment = std::string(row.text(4)),
                    .created_at = row.integer(5),
                    .updated_at = row.integer(6)};
  if (!row.is_null(2)) feedback.agent = row.id<AgentId>(2);
  return feedback;
}

// Conditions and their values as they are put together.
struct Where {
  std::string text = " WHERE tenant_id = ?";
  std::vector<SqlValue> values;

  explicit Where(TenantId tenant) : values({tenant}) {}
  void add(std::string_view condition, SqlValue value) {
    text.append(" AND ").append(condition);
    values.push_back(value);
  }
  // Only what stands behind a position, if there is one.
  void add_position(std::string_view condition, const std::optional<ListPosition>& after) {
    if (!after) return;
    add(condition, after->key);
    values.emplace_back(after->id);
  }
};

void add_page(std::vector<SqlValue>& values, const knowledge::PageRequest& page) {
  values.emplace_back(page.limit);
  values.emplace_back((static_cast<std::int64_t>(page.page) - 1) * page.limit);
}

}  // namespace

Result<InboxEntry> find_inbox_entry(SqlSession& sql, TenantId tenant, ChatSessionId session) {
  InboxEntry entry;
  TRY(entry.session, find_session(sql, tenant, session));
  TRY_VOID(
      sql.query("SELECT handover_reason, handover_queue, handover_at, claimed_by"
                " FROM chat_sessions WHERE id = ? AND tenant_id = ?",
                {session, tenant}, [&entry](const SqlRow& row) -> Result<void> {
                  entry.reason = row.text(0);
                  entry.queue = row.text(1);
                  entry.waiting_since = row.integer(2);
                  entry.claimed_by = row.id<UserId>(3);
                  return {};
                }));
  return entry;
}

Result<knowledge::PageOf<InboxEntry>> list_inbox(SqlSession& sql, TenantId tenant,
                                                 const InboxFilter& filter) {
  Where where(tenant);
  if (filter.state)
    where.add("handover = ?", *filter.state);
  else
    where.add("handover <> ?", "none");
  where.add("status = ?", "active");
  if (filter.queue) where.add("handover_queue = ?", *filter.queue);
  knowledge::PageOf<InboxEntry> page;
  TRY_VOID(sql.query_span("SELECT COUNT(*) FROM chat_sessions" + where.text, where.values,
                          [&page](const SqlRow& row) -> Result<void> {
                            page.total = row.integer(0);
                            return {};
                          }));
  where.add_position("(handover_at, id) > (?, ?)", filter.page.after);
  add_page(where.values, filter.page);
  std::vector<ChatSessionId> ids;
  TRY_VOID(sql.query_span(
      "SELECT id FROM chat_sessions" + where.text + " ORDER BY handover_at, id LIMIT ? OFFSET ?",
      where.values, [&ids](const SqlRow& row) -> Result<void> {
        ids.push_back(row.id<ChatSessionId>(0));
        return {};
      }));
  for (auto id : ids) {
    TRY(auto entry, find_inbox_entry(sql, tenant, id));
    page.items.push_back(std::move(entry));
  }
  return page;
}

Result<void> set_waiting(SqlSession& sql, TenantId tenant, ChatSessionId session,
                         std::string_view reason, std::string_view queue, UnixMs now) {
  TRY_VOID(
      sql.execute("UPDATE chat_sessions SET handover = 'waiting', handover_reason = ?,"
                  " handover_queue = ?, handover_at = ?, claimed_by = NULL, updated_at = ?"
                  " WHERE id = ? AND tenant_id = ?",
                  {reason, queue, now, now, session, tenant}));
  return {};
}

Result<void> set_claimed(SqlSession& sql, TenantId tenant, ChatSessionId session, UserId user,
                         UnixMs now) {
  auto by = user.is_nil() ? std::nullopt : std::optional(user);
  TRY_VOID(
      sql.execute("UPDATE chat_sessions SET handover = 'claimed', claimed_by = ?,"
                  " updated_at = ? WHERE id = ? AND tenant_id = ?",
                  {by, now, session, tenant}));
  return {};
}

Result<void> set_given_back(SqlSession& sql, TenantId tenant, ChatSessionId session, UnixMs now) {
  TRY_VOID(
      sql.execute("UPDATE chat_sessions SET handover = 'none', claimed_by = NULL,"
                  " updated_at = ? WHERE id = ? AND tenant_id = ?",
                  {now, session, tenant}));
  return {};
}

Result<void> put_feedback(SqlSession& sql, TenantId tenant, const Feedback& feedback) {
  TRY(auto changed, sql.execute("UPDATE chat_feedback SET rating = ?, comment = ?, updated_at = ?"
                                " WHERE message_id = ? AND tenant_id = ?",
                                {feedback.rating, feedback.comment, feedback.updated_at,
                                 feedback.message, tenant}));
  if (changed > 0) return {};
  TRY_VOID(sql.execute(
      "INSERT INTO chat_feedback (message_id, tenant_id, session_id, agent_id, rating, comment,"
      " created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {feedback.message, tenant, feedback.session, feedback.agent, feedback.rating,
       feedback.comment, feedback.created_at, feedback.updated_at}));
  return {};
}

Result<Feedback> find_feedback(SqlSession& sql, TenantId tenant, MessageId message) {
  std::optional<Feedback> found;
  TRY_VOID(sql.query(std::string(select_feedback) + " WHERE message_id = ? AND tenant_id = ?",
                     {message, tenant}, [&found](const SqlRow& row) -> Result<void> {
                       found = read_feedback(row);
                       return {};
                     }));
  if (!found) return fail(ErrorCode::not_found, "The answer was not rated");
  return *std::move(found);
}

Result<void> remove_feedback(SqlSession& sql, TenantId tenant, ChatSessionId session,
                             MessageId message) {
  TRY_VOID(sql.execute(
      "DELETE FROM chat_feedback WHERE message_id = ? AND session_id = ? AND tenant_id = ?",
      {message, session, tenant}));
  return {};
}

Result<FeedbackReport> report_feedback(SqlSession& sql, TenantId tenant,
                                       const FeedbackFilter& filter) {
  FeedbackReport report;
  Where where(tenant);
  where.add("created_at >= ?", filter.since);
  if (filter.agent) where.add("agent_id = ?", *filter.agent);
  TRY_VOID(
      sql.query_span("SELECT rating, COUNT(*) FROM chat_feedback" + where.text + " GROUP BY rating",
                     where.values, [&report](const SqlRow& row) -> Result<void> {
                       (row.integer(0) > 0 ? report.helpful : report.unhelpful) += row.integer(1);
                       return {};
                     }));
  if (filter.rating) where.add("rating = ?", *filter.rating);
  report.entries.total = report.helpful + report.unhelpful;
  if (filter.rating) report.entries.total = *filter.rating > 0 ? report.helpful : report.unhelpful;
  where.add_position("(created_at, message_id) < (?, ?)", filter.page.after);
  add_page(where.values, filter.page);
  TRY_VOID(sql.query_span(std::string(select_feedback) + where.text +
                              " ORDER BY created_at DESC, message_id DESC LIMIT ? OFFSET ?",
                          where.values, [&report](const SqlRow& row) -> Result<void> {
                            report.entries.items.push_back(read_feedback(row));
                            return {};
                          }));
  return report;
}

}  // namespace aiva::chat
