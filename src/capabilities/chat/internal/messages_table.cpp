#include "capabilities/chat/internal/messages_table.h"

#include <algorithm>
#include <string>
#include <utility>

#include "capabilities/chat/internal/answer_json.h"
#include "capabilities/chat/internal/chat_tables.h"
#include "capabilities/chat/internal/sources_json.h"
#include "capabilities/chat/internal/words_table.h"
#include "capabilities/search/best_sentence.h"

namespace aiva::chat {
namespace {

constexpr std::size_t title_bytes_max = 80;

constexpr std::string_view select_message =
    "SELECT id, session_id, role, content, sources, provider, model, is_extractive,"
    " is_interrupted, input_tokens, output_tokens, final_cost, created_at, agent_id, agent_name,"
    " agent_version, temperature, finish_reason, function_calls, decision, operations,"
    " removed_citations, cached_tokens, context_chunks, base_cost, time_ms, image_count,"
    " written_by, language, sentiment, intent, sequence_number, images, moderation, products"
    " FROM chat_messages";

Message read_message(const SqlRow& row) {
  auto id = row.id<MessageId>(0);
  auto session = row.id<ChatSessionId>(1);
  Message message{.id = id,
                  .session = session,
                  .sequence_number = row.integer(31),
                  .role = std::string(row.text(2)),
                  .image_count = row.integer(26),
                  .language = std::string(row.text(28)),
                  .sentiment = std::string(row.text(29)),
                  .intent = std::string(row.text(30)),
                  .moderation = std::string(row.text(33)),
                  .written_by = row.id<UserId>(27),
                  .created_at = row.integer(12),
                  .answer = {.session = session,
                             .message = id,
                             .text = std::string(row.text(3)),
                             .sources = sources_from_json(row.text(4)),
                             .images = images_from_json(row.text(32)),
                             .products = products_from_json(row.text(34)),
                             .function_calls = calls_from_json(row.text(18)),
                             .decision = decision_from_json(row.text(19)),
                             .agent_name = std::string(row.text(14)),
                             .agent_version = row.integer(15),
                             .provider = std::string(row.text(5)),
                             .model = std::string(row.text(6)),
                             .temperature = row.real(16),
                             .finish_reason = std::string(row.text(17)),
                             .is_extractive = row.integer(7) != 0,
                             .is_interrupted = row.integer(8) != 0,
                             .removed_citations = row.integer(21),
                             .context_chunks = row.integer(23),
                             .input_tokens = row.integer(9),
                             .cached_tokens = row.integer(22),
                             .output_tokens = row.integer(10),
                             .base_cost = row.integer(24),
                             .final_cost = row.integer(11),
                             .operations = operations_from_json(row.text(20)),
                             .time_ms = row.real(25)}};
  if (!row.is_null(13)) message.answer.agent = row.id<AgentId>(13);
  return message;
}

StoredMessage read_stored(const SqlRow& row) {
  return {.id = row.id<MessageId>(0), .sequence = row.integer(1), .text = std::string(row.text(2))};
}

std::int64_t offset_of(const knowledge::PageRequest& page) {
  return (static_cast<std::int64_t>(page.page) - 1) * page.limit;
}

}  // namespace

Result<knowledge::PageOf<Message>> list_messages(SqlSession& sql, TenantId tenant, ChatSessionId id,
                                                 knowledge::PageRequest page) {
  TRY(auto session, find_session(sql, tenant, id));
  knowledge::PageOf<Message> messages{.items = {}, .total = session.message_count};
  std::int64_t after = page.after ? page.after->key : -1;
  TRY_VOID(sql.query(std::string(select_message) +
                         " WHERE session_id = ? AND tenant_id = ? AND sequence_number > ?"
                         " ORDER BY sequence_number LIMIT ? OFFSET ?",
                     {id, tenant, after, page.limit, offset_of(page)},
                     [&messages](const SqlRow& row) -> Result<void> {
                       messages.items.push_back(read_message(row));
                       return {};
                     }));
  return messages;
}

Result<Session> append_message(SqlSession& sql, TenantId tenant, const Message& message,
                               bool must_be_active) {
  const auto& answer = message.answer;
  std::string title;  // an agent's greeting is none
  if (message.role != "assistant") title = search::one_line(answer.text, title_bytes_max);
  TRY(auto changed,
      sql.execute("UPDATE chat_sessions SET message_count = message_count + 1, updated_at = ?,"
                  " title = CASE WHEN title = '' THEN ? ELSE title END"
                  " WHERE id = ? AND tenant_id = ?",
                  {message.created_at, title, message.session, tenant}));
  if (changed == 0) return fail(ErrorCode::not_found, "There is no such chat session");
  TRY(auto session, find_session(sql, tenant, message.session));
  if (must_be_active && session.status != "active")
    return fail(ErrorCode::conflict, "The chat session has ended");
  bool is_refusal = answer.decision.moderation.message == "blocked";  // goes with what it refuses
  auto writer = message.written_by.is_nil() ? std::nullopt : std::optional(message.written_by);
  TRY_VOID(sql.execute(
      "INSERT INTO chat_messages (session_id, sequence_number, id, tenant_id, role, content,"
      " sources, provider, model, is_extractive, is_interrupted, context_chunks, input_tokens,"
      " output_tokens, base_cost, final_cost, time_ms, created_at, agent_id, agent_name,"
      " agent_version, temperature, finish_reason, function_calls, decision, operations,"
      " removed_citations, cached_tokens, image_count, written_by, language, images,"
      " moderation, products)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
      " ?, ?, ?, ?, ?, ?, ?)",
      {message.session,
       session.message_count,
       message.id,
       tenant,
       message.role,
       answer.text,
       sources_to_json(answer.sources),
       answer.provider,
       answer.model,
       answer.is_extractive,
       answer.is_interrupted,
       answer.context_chunks,
       answer.input_tokens,
       answer.output_tokens,
       answer.base_cost,
       answer.final_cost,
       answer.time_ms,
       message.created_at,
       answer.agent,
       answer.agent_name,
       answer.agent_version,
       answer.temperature,
       answer.finish_reason,
       calls_to_json(answer.function_calls),
       decision_to_json(answer.decision),
       operations_to_json(answer.operations),
       answer.removed_citations,
       answer.cached_tokens,
       message.image_count,
       writer,
       message.language,
       images_to_json(answer.images),
       is_refusal ? "blocked" : "",
       products_to_json(answer.products)}));
  TRY_VOID(note_words_due(sql, tenant, message.session));
  return session;
}

Result<Message> find_message(SqlSession& sql, TenantId tenant, ChatSessionId session,
                             MessageId id) {
  std::optional<Message> found;
  TRY_VOID(
      sql.query(std::string(select_message) + " WHERE id = ? AND session_id = ? AND tenant_id = ?",
                {id, session, tenant}, [&found](const SqlRow& row) -> Result<void> {
                  found = read_message(row);
                  return {};
                }));
  if (!found) return fail(ErrorCode::not_found, "There is no such message");
  return *std::move(found);
}

Result<StoredMessage> find_stored(SqlSession& sql, TenantId tenant, ChatSessionId session,
                                  MessageId id) {
  std::optional<StoredMessage> found;
  TRY_VOID(
      sql.query("SELECT id, sequence_number, content FROM chat_messages"
                " WHERE id = ? AND session_id = ? AND tenant_id = ?",
                {id, session, tenant}, [&found](const SqlRow& row) -> Result<void> {
                  found = read_stored(row);
                  return {};
                }));
  if (!found) return fail(ErrorCode::not_found, "There is no such message");
  return *std::move(found);
}

Result<std::optional<StoredMessage>> find_last_user_message(SqlSession& sql,
                                                            const Session& session) {
  std::optional<StoredMessage> found;
  TRY_VOID(
      sql.query("SELECT id, sequence_number, content FROM chat_messages"
                " WHERE session_id = ? AND tenant_id = ? AND role = 'user'"
                " ORDER BY sequence_number DESC LIMIT 1",
                {session.id, session.tenant}, [&found](const SqlRow& row) -> Result<void> {
                  found = read_stored(row);
                  return {};
                }));
  return found;
}

Result<void> mark_moderated(SqlSession& sql, TenantId tenant, ChatSessionId session,
                            MessageId message, std::string_view state, bool and_before) {
  TRY(auto marked, find_stored(sql, tenant, session, message));
  auto first = and_before ? 0 : marked.sequence;
  TRY_VOID(
      sql.execute("UPDATE chat_messages SET moderation = ? WHERE session_id = ? AND tenant_id = ?"
                  " AND sequence_number BETWEEN ? AND ? AND role = 'user' AND moderation = ''",
                  {state, session, tenant, first, marked.sequence}));
  return {};
}

Result<SaidBefore> read_before(SqlSession& sql, const Session& session, std::int64_t sequence,
                               std::size_t count_max, bool joins_unanswered) {
  SaidBefore before;
  auto add = [&before](const SqlRow& row) -> Result<void> {
    auto role = row.text(0) == "user" ? ChatRole::user : ChatRole::assistant;
    before.history.push_back({.role = role, .content = std::string(row.text(1))});
    if (role == ChatRole::user && row.text(2).empty()) before.unchecked.emplace_back(row.text(1));
    return {};
  };
  TRY_VOID(
      sql.query("SELECT role, content, moderation FROM chat_messages"
                " WHERE session_id = ? AND tenant_id = ? AND sequence_number < ?"
                " AND moderation <> 'blocked' ORDER BY sequence_number DESC LIMIT ?",
                {session.id, session.tenant, sequence, count_max}, add));
  std::ranges::reverse(before.history);
  while (joins_unanswered && !before.history.empty() &&
         before.history.back().role == ChatRole::user) {
    before.unanswered.push_back(std::move(before.history.back().content));
    before.history.pop_back();
  }
  bool may_be_more = sequence > static_cast<std::int64_t>(count_max) + 1;
  if (!may_be_more) return before;
  TRY_VOID(sql.query("SELECT summary FROM chat_sessions WHERE id = ? AND tenant_id = ?",
                     {session.id, session.tenant}, [&before](const SqlRow& row) -> Result<void> {
                       before.summary = row.text(0);
                       return {};
                     }));
  return before;
}

}  // namespace aiva::chat
