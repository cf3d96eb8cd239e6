#include "capabilities/chat/internal/turn_journal.h"

#include <string>
#include <utility>

#include "capabilities/chat/internal/answer_followup.h"
#include "capabilities/chat/internal/chat_tables.h"
#include "capabilities/chat/internal/messages_table.h"
#include "capabilities/chat/internal/turn_costs.h"
#include "foundation/log.h"

namespace aiva::chat {
namespace {

constexpr std::size_t dead_turns_at_once = 200;

Message user_message(const TurnRequest& request, const ChatParts& parts, UnixMs now) {
  std::string language;
  if (parts.detect_language) language = parts.detect_language(request.content);
  return {.id = request.user_message,
          .session = request.session,
          .role = "user",
          .image_count = static_cast<std::int64_t>(request.images.size()),
          .language = std::move(language),
          .created_at = now,
          .answer = {.text = request.content}};
}

std::optional<std::string> name_of(const TurnRequest& request) {
  if (request.client_message.empty()) return std::nullopt;
  return request.client_message;
}

// What has to be written is written, whoever is gone.
CallContext unbounded(CallContext context) {
  context.cancellation = {};
  context.deadline = std::chrono::steady_clock::time_point::max();
  return context;
}

}  // namespace

UnixMs TurnJournal::lease_end() const {
  return parts_.clock.unix_ms() + settings_.lease_time.count();
}

Task<Result<OpenedTurn>> TurnJournal::collect(CallContext context, TurnRequest request) {
  auto rows = [this, &context, &request](SqlSession& sql) -> Result<OpenedTurn> {
    TRY(auto session, find_session(sql, context.tenant, request.session));
    if (session.status != "active") return fail(ErrorCode::conflict, "The chat session has ended");
    std::optional<TurnRow> earlier;
    TRY(auto known, find_earlier(sql, context, request, earlier));
    if (known) return *std::move(known);
    if (earlier) return OpenedTurn{.user_message = earlier->user_message};
    auto now = parts_.clock.unix_ms();
    TRY_VOID(append_message(sql, context.tenant, user_message(request, parts_, now), true));
    TRY_VOID(TurnsTable(sql, context.tenant)
                 .insert({.id = request.turn,
                          .session = request.session,
                          .user_message = request.user_message,
                          .client_message = name_of(request),
                          .state = "collecting",
                          .lease_until = lease_end() + request.manner.buffer.count()},
                         now));
    return OpenedTurn{.user_message = request.user_message};
  };
  auto collected = co_await write(parts_.database, context, rows);
  co_return collected;
}

Task<Result<OpenedTurn>> TurnJournal::open(CallContext context, TurnRequest request) {
  auto rows = [this, &context, &request](SqlSession& sql) {
    return open_in(sql, context, request);
  };
  auto opened = co_await write(parts_.database, context, rows);
  co_return opened;
}

Result<OpenedTurn> TurnJournal::open_in(SqlSession& sql, const CallContext& context,
                                        const TurnRequest& request) {
  TRY(auto session, find_session(sql, context.tenant, request.session));
  if (session.status != "active") return fail(ErrorCode::conflict, "The chat session has ended");
  TurnsTable turns(sql, context.tenant);
  std::optional<TurnRow> earlier;
  if (request.is_collected) {
    TRY(earlier, turns.find(request.turn));
    TRY(auto newest, find_last_user_message(sql, session));
    if (newest && newest->id != request.user_message) {
      TRY_VOID(turns.end(request.turn, "joined", {}, parts_.clock.unix_ms()));
      return OpenedTurn{.kind = OpenedTurn::Kind::joined};
    }
  } else {
    TRY(auto known, find_earlier(sql, context, request, earlier));
    if (known) return *std::move(known);
  }
  TRY(auto holder, turns.holder(request.session));
  if (!holder.is_nil()) {
    TRY(auto other, turns.find(holder));
    if (other && other->is_alive(parts_.clock.unix_ms()))
      return OpenedTurn{.kind = OpenedTurn::Kind::busy};
    if (other) TRY_VOID(end_dead(sql, *other));
  }
  return begin(sql, context, request, earlier);
}

// What the same message came to when it was sent before; `earlier` is a turn that may begin again.
Result<std::optional<OpenedTurn>> TurnJournal::find_earlier(SqlSession& sql,
                                                            const CallContext& context,
                                                            const TurnRequest& request,
                                                            std::optional<TurnRow>& earlier) {
  if (request.client_message.empty()) return std::nullopt;
  TurnsTable turns(sql, context.tenant);
  TRY(earlier, turns.find_by_client(request.session, request.client_message));
  if (!earlier) return std::nullopt;
  if (earlier->state == "joined") return OpenedTurn{.kind = OpenedTurn::Kind::joined};
  if (earlier->state == "with_person")
    return OpenedTurn{.kind = OpenedTurn::Kind::with_person, .user_message = earlier->user_message};
  bool is_pending = earlier->state == "running" || earlier->state == "collecting";
  if (is_pending && earlier->lease_until > parts_.clock.unix_ms())
    return OpenedTurn{.kind = OpenedTurn::Kind::busy};
  if (earlier->state != "completed") return std::nullopt;
  OpenedTurn opened{.kind = OpenedTurn::Kind::answered, .user_message = earlier->user_message};
  TRY(auto message, find_message(sql, context.tenant, request.session, earlier->id));
  opened.answer = std::move(message.answer);
  opened.answer.user_message = earlier->user_message;
  return opened;
}

Result<OpenedTurn> TurnJournal::begin(SqlSession& sql, const CallContext& context,
                                      const TurnRequest& request,
                                      const std::optional<TurnRow>& earlier) {
  auto now = parts_.clock.unix_ms();
  OpenedTurn opened{.input = {.session = request.session,
                              .answer = request.turn,
                              .agent = request.agent,
                              .manner = request.manner,
                              .question = request.content,
                              .images = request.images,
                              .wants_images = true,
                              .wants_products = true,
                              .history_tokens_max = settings_.history_tokens_max},
                    .user_message = request.user_message};
  auto& input = opened.input;
  Session session;
  std::int64_t sequence = 0;
  if (earlier) {
    opened.user_message = earlier->user_message;
    TRY(session, find_session(sql, context.tenant, request.session));
    TRY(auto asked, find_stored(sql, context.tenant, request.session, earlier->user_message));
    input.question = std::move(asked.text);
    sequence = asked.sequence;
  } else {
    TRY(session, append_message(sql, context.tenant, user_message(request, parts_, now), true));
    sequence = session.message_count;
  }
  if (session.handover != "none") {
    opened.kind = OpenedTurn::Kind::with_person;
    TRY_VOID(leave_to_person(sql, context, request, earlier));
    return opened;
  }
  if (session.knowledge_base) input.manner.bases = {*session.knowledge_base};
  TRY_VOID(engine_.check_can_answer(input.manner));

  TurnsTable turns(sql, context.tenant);
  if (earlier)
    TRY_VOID(turns.restart(earlier->id, request.turn, lease_end(), now));
  else
    TRY_VOID(turns.insert({.id = request.turn,
                           .session = request.session,
                           .user_message = request.user_message,
                           .client_message = name_of(request),
                           .lease_until = lease_end()},
                          now));
  TRY_VOID(turns.hold(request.session, request.turn));
  auto hold = hold_of(parts_, settings_, input, context.api_key);
  TRY_VOID(parts_.billing.reserve(sql, context.tenant, hold));

  auto collected = request.manner.buffer.count() > 0;
  TRY(auto before, read_before(sql, session, sequence, request.manner.history_messages, collected));
  input.history = std::move(before.history);
  input.summary = std::move(before.summary);
  input.unchecked = std::move(before.unchecked);
  for (auto& text : before.unanswered) input.question = text + "\n" + input.question;
  return opened;
}

// No turn runs, but the message is known by its client's name.
Result<void> TurnJournal::leave_to_person(SqlSession& sql, const CallContext& context,
                                          const TurnRequest& request,
                                          const std::optional<TurnRow>& earlier) {
  auto now = parts_.clock.unix_ms();
  TurnsTable turns(sql, context.tenant);
  if (!earlier)
    return turns.insert({.id = request.turn,
                         .session = request.session,
                         .user_message = request.user_message,
                         .client_message = name_of(request),
                         .state = "with_person"},
                        now);
  TRY_VOID(turns.restart(earlier->id, request.turn, now, now));
  TRY_VOID(turns.end(request.turn, "with_person", {}, now));
  return {};
}

Result<void> TurnJournal::end_dead(SqlSession& sql, const TurnRow& turn) {
  TurnsTable turns(sql, turn.tenant);
  TRY(auto ended, turns.end(turn.id, "failed", "died", parts_.clock.unix_ms()));
  TRY_VOID(turns.let_go(turn.session, turn.id));
  if (ended) TRY_VOID(parts_.billing.release(sql, turn.tenant, turn.id.to_string()));
  return {};
}

Task<Result<Answer>> TurnJournal::save(CallContext context, Answer answer, UpkeepNeed need) {
  context = unbounded(std::move(context));
  Message message{.id = answer.message,
                  .session = answer.session,
                  .role = "assistant",
                  .created_at = parts_.clock.unix_ms(),
                  .answer = answer};
  auto rows = [this, &context, &message, &answer,
               need](SqlSession& sql) -> Result<billing::MicroUsd> {
    TurnsTable turns(sql, context.tenant);
    TRY(auto ended, turns.end(message.id, "completed", {}, message.created_at));
    if (!ended)
      return fail(ErrorCode::conflict, "The answer took so long that the turn was given up");
    TRY(auto final_cost,
        settle_answer(sql, parts_.billing, context.tenant, context.api_key, message.answer));
    message.answer.final_cost = final_cost;
    const auto& seen = message.answer.decision.moderation;
    // Nobody looked: what was said before may still be shown to the moderators.
    bool was_looked_at = !seen.is_unchecked || !seen.categories.empty();
    if (!seen.message.empty())
      TRY_VOID(mark_moderated(sql, context.tenant, message.session, answer.user_message,
                              seen.message, was_looked_at));
    TRY(auto session, append_message(sql, context.tenant, message, false));
    TRY_VOID(turns.let_go(message.session, message.id));
    TRY_VOID(follow_answer(sql, parts_, session, message, need));
    return final_cost;
  };
  CO_TRY(answer.final_cost, co_await write(parts_.database, context, rows));
  co_return answer;
}

Task<void> TurnJournal::fail_turn(CallContext context, ChatSessionId session, MessageId turn,
                                  ErrorCode code) {
  context = unbounded(std::move(context));
  auto rows = [this, &context, session, turn, code](SqlSession& sql) -> Result<void> {
    TurnsTable turns(sql, context.tenant);
    TRY(auto ended, turns.end(turn, "failed", to_string(code), parts_.clock.unix_ms()));
    TRY_VOID(turns.let_go(session, turn));
    if (ended) TRY_VOID(parts_.billing.release(sql, context.tenant, turn.to_string()));
    return {};
  };
  auto written = co_await write(parts_.database, context, rows);
  if (!written) log::failure("A failed turn ends with its lease", context, written.error());
}

Task<Result<std::int64_t>> TurnJournal::recover(CallContext context, bool all) {
  std::int64_t count = 0;
  auto lease_before = parts_.clock.unix_ms() + (all ? settings_.lease_time.count() * 2 : 0);
  for (;;) {
    auto rows = [this, lease_before](SqlSession& sql) -> Result<std::int64_t> {
      TRY(auto dead, list_dead_turns(sql, lease_before, dead_turns_at_once));
      for (const auto& turn : dead) TRY_VOID(end_dead(sql, turn));
      return static_cast<std::int64_t>(dead.size());
    };
    CO_TRY(auto ended, co_await write(parts_.database, context, rows));
    count += ended;
    if (ended < static_cast<std::int64_t>(dead_turns_at_once)) co_return count;
  }
}

Task<Result<MessageId>> TurnJournal::ask_to_cancel(CallContext context, ChatSessionId session,
                                                   MessageId message) {
  auto rows = [this, &context, session, message](SqlSession& sql) -> Result<MessageId> {
    TurnsTable turns(sql, context.tenant);
    TRY(auto turn, turns.find_by_message(session, message));
    if (!turn) {
      TRY(turn, turns.find(message));
    }
    if (!turn || turn->session != session)
      return fail(ErrorCode::not_found, "There is no such message");
    TRY(auto asked, turns.ask_to_cancel(turn->id, parts_.clock.unix_ms()));
    if (!asked) return fail(ErrorCode::conflict, "The message is not being answered");
    return turn->id;
  };
  auto turn = co_await write(parts_.database, context, rows);
  co_return turn;
}

Task<Result<std::vector<MessageId>>> TurnJournal::renew(CallContext context,
                                                        std::vector<MessageId> turns) {
  auto rows = [&turns, until = lease_end()](SqlSession& sql) {
    return renew_turns(sql, turns, until);
  };
  auto cancelled = co_await write(parts_.database, context, rows);
  co_return cancelled;
}

}  // namespace aiva::chat
