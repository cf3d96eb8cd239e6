#include "capabilities/chat/people.h"

#include <utility>

#include "capabilities/chat/internal/chat_tables.h"
#include "capabilities/chat/internal/events.h"
#include "capabilities/chat/internal/messages_table.h"
#include "capabilities/chat/internal/people_tables.h"
#include "capabilities/chat/internal/turn_rules.h"
#include "foundation/text/utf8.h"

namespace aiva::chat {
namespace {

constexpr std::size_t comment_bytes_max = 4000;
constexpr std::size_t queue_bytes_max = 200;

Result<void> check_text(std::string_view field, std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max && is_valid_utf8(text)) return {};
  return fail(invalid_field(std::string(field), "must be UTF-8 and not too long"));
}

class PeopleOfChats final : public People {
 public:
  PeopleOfChats(Database& database, const Clock& clock, ChatListener listener)
      : database_(database), clock_(clock), listener_(std::move(listener)) {}

  Task<Result<Session>> ask_for_person(CallContext context, ChatSessionId id, std::string reason,
                                       std::string queue) override {
    CO_TRY_VOID(check_text("reason", reason, comment_bytes_max));
    CO_TRY_VOID(check_text("queue", queue, queue_bytes_max));
    auto rows = [this, &context, id, &reason, &queue](SqlSession& sql) -> Result<Session> {
      TRY(auto session, find_active(sql, context.tenant, id));
      if (session.handover != "none") return session;
      TRY_VOID(set_waiting(sql, context.tenant, id, reason, queue, clock_.unix_ms()));
      TRY_VOID(tell_listener(listener_, sql, context.tenant,
                             {.type = ChatEvent::transfer_requested, .session = id}));
      return find_session(sql, context.tenant, id);
    };
    auto session = co_await write(database_, context, rows);
    co_return session;
  }

  Task<Result<knowledge::PageOf<InboxEntry>>> inbox(CallContext context,
                                                    InboxFilter filter) override {
    CO_TRY_VOID(validate_page(filter.page));
    if (filter.state && *filter.state != "waiting" && *filter.state != "claimed")
      co_return fail(invalid_field("state", "must be waiting or claimed"));
    auto rows = [tenant = context.tenant, &filter](SqlSession& sql) {
      return list_inbox(sql, tenant, filter);
    };
    auto page = co_await read(database_, context, rows);
    co_return page;
  }

  Task<Result<Session>> claim(CallContext context, ChatSessionId id) override {
    auto rows = [this, &context, id](SqlSession& sql) -> Result<Session> {
      TRY_VOID(take(sql, context, id));
      return find_session(sql, context.tenant, id);
    };
    auto session = co_await write(database_, context, rows);
    co_return session;
  }

  Task<Result<Message>> reply(CallContext context, ChatSessionId id, std::string text) override {
    CO_TRY_VOID(validate_content(text));
    Message message{.id = MessageId::make(),
                    .session = id,
                    .role = "operator",
                    .written_by = context.user,
                    .created_at = clock_.unix_ms(),
                    .answer = {.session = id, .text = std::move(text)}};
    message.answer.message = message.id;
    auto rows = [this, &context, &message](SqlSession& sql) -> Result<void> {
      TRY_VOID(take(sql, context, message.session));
      TRY_VOID(append_message(sql, context.tenant, message, true));
      return {};
    };
    CO_TRY_VOID(co_await write(database_, context, rows));
    co_return message;
  }

  Task<Result<Session>> give_back(CallContext context, ChatSessionId id) override {
    auto rows = [this, &context, id](SqlSession& sql) -> Result<Session> {
      TRY_VOID(find_session(sql, context.tenant, id));
      TRY_VOID(set_given_back(sql, context.tenant, id, clock_.unix_ms()));
      return find_session(sql, context.tenant, id);
    };
    auto session = co_await write(database_, context, rows);
    co_return session;
  }

  Task<Result<Feedback>> rate(CallContext context, ChatSessionId session, MessageId message,
                              int rating, std::string comment) override {
    if (rating != 1 && rating != -1) co_return fail(invalid_field("rating", "must be 1 or -1"));
    CO_TRY_VOID(check_text("comment", comment, comment_bytes_max));
    auto now = clock_.unix_ms();
    Feedback feedback{.message = message,
                      .session = session,
                      .rating = rating,
                      .comment = std::move(comment),
                      .created_at = now,
                      .updated_at = now};
    auto rows = [this, &context, &feedback](SqlSession& sql) -> Result<Feedback> {
      TRY(auto rated, find_message(sql, context.tenant, feedback.session, feedback.message));
      bool is_answer = rated.role != "user" && rated.answer.provider != greeting_provider;
      if (!is_answer) return fail(ErrorCode::not_found, "There is no such answer");
      auto given = feedback;
      given.agent = rated.answer.agent;
      TRY_VOID(put_feedback(sql, context.tenant, given));
      TRY_VOID(tell_listener(listener_, sql, context.tenant,
                             {.type = ChatEvent::feedback_given,
                              .session = given.session,
                              .message = given.message,
                              .agent = given.agent,
                              .rating = given.rating}));
      return find_feedback(sql, context.tenant, given.message);
    };
    auto rated = co_await write(database_, context, rows);
    co_return rated;
  }

  Task<Result<void>> withdraw_rating(CallContext context, ChatSessionId session,
                                     MessageId message) override {
    auto rows = [&context, session, message](SqlSession& sql) -> Result<void> {
      TRY_VOID(find_message(sql, context.tenant, session, message));
      return remove_feedback(sql, context.tenant, session, message);
    };
    auto removed = co_await write(database_, context, rows);
    co_return removed;
  }

  Task<Result<FeedbackReport>> feedback(CallContext context, FeedbackFilter filter) override {
    CO_TRY_VOID(validate_page(filter.page));
    auto rows = [tenant = context.tenant, &filter](SqlSession& sql) {
      return report_feedback(sql, tenant, filter);
    };
    auto report = co_await read(database_, context, rows);
    co_return report;
  }

 private:
  static Result<Session> find_active(SqlSession& sql, TenantId tenant, ChatSessionId id) {
    TRY(auto session, find_session(sql, tenant, id));
    if (session.status != "active") return fail(ErrorCode::conflict, "The chat session has ended");
    return session;
  }

  // Has the caller answer a session that wants a person.
  Result<void> take(SqlSession& sql, const CallContext& context, ChatSessionId id) {
    TRY_VOID(find_active(sql, context.tenant, id));
    TRY(auto entry, find_inbox_entry(sql, context.tenant, id));
    if (entry.session.handover == "none")
      return fail(ErrorCode::conflict, "The agent answers this session; ask for a person first");
    bool is_theirs = entry.session.handover == "claimed" && entry.claimed_by != context.user;
    if (is_theirs) return fail(ErrorCode::conflict, "Somebody else answers this session");
    return set_claimed(sql, context.tenant, id, context.user, clock_.unix_ms());
  }

  Database& database_;
  const Clock& clock_;
  ChatListener listener_;
};

}  // namespace

std::unique_ptr<People> make_people(Database& database, const Clock& clock, ChatListener listener) {
  return std::make_unique<PeopleOfChats>(database, clock, std::move(listener));
}

}  // namespace aiva::chat
