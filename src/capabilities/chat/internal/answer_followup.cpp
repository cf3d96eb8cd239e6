#include "capabilities/chat/internal/answer_followup.h"

#include <string>

#include "capabilities/chat/internal/chat_tables.h"
#include "capabilities/chat/internal/events.h"
#include "capabilities/chat/internal/moderated_turn.h"
#include "capabilities/chat/internal/upkeep_tables.h"
#include "capabilities/chat/upkeep.h"

namespace aiva::chat {
namespace {

Result<void> tell_events(SqlSession& sql, const ChatParts& parts, TenantId tenant,
                         const Message& message) {
  const auto& answer = message.answer;
  ChatEvent event{.session = message.session, .message = message.id, .agent = answer.agent};
  TRY_VOID(tell_listener(parts.listener, sql, tenant, event));
  if (is_remarkable(answer.decision.moderation)) {
    event.type = ChatEvent::moderated;
    event.is_blocked = is_blocked(answer.decision.moderation);
    TRY_VOID(tell_listener(parts.listener, sql, tenant, event));
  }
  if (answer.decision.wants_transfer) {
    event.type = ChatEvent::transfer_requested;
    TRY_VOID(tell_listener(parts.listener, sql, tenant, event));
  }
  if (answer.decision.is_closed) {
    event.type = ChatEvent::ended;
    TRY_VOID(tell_listener(parts.listener, sql, tenant, event));
  }
  return {};
}

// A summary when the model sees no more than half of what is not summed up, and what the agent
// wants to know of messages; one job a session waits at a time.
Result<void> ask_for_upkeep(SqlSession& sql, const ChatParts& parts, const Session& session,
                            UpkeepNeed need) {
  if (parts.jobs == nullptr || parts.model == nullptr) return {};
  auto window = static_cast<std::int64_t>(need.history_messages);
  bool overflows = false;
  if (session.message_count > 2 * window) {
    TRY(auto summary, read_summary(sql, session.tenant, session.id));
    overflows = session.message_count - summary.through > 2 * window;
  }
  if (!overflows && !need.analyses) return {};
  std::string kind(upkeep_job_kind);
  auto subject = session.id.to_string();
  TRY(auto is_pending, parts.jobs->is_pending(sql, kind, subject));
  if (is_pending) return {};
  TRY_VOID(parts.jobs->enqueue(
      sql, {.tenant = session.tenant, .kind = kind, .subject = subject, .priority = 200}));
  return {};
}

}  // namespace

Result<void> follow_answer(SqlSession& sql, const ChatParts& parts, const Session& session,
                           const Message& message, UpkeepNeed need) {
  TRY_VOID(note_decision(sql, session.tenant, message));
  TRY_VOID(tell_events(sql, parts, session.tenant, message));
  return ask_for_upkeep(sql, parts, session, need);
}

}  // namespace aiva::chat
