#include "capabilities/chat/chat.h"

#include <utility>

#include "capabilities/chat/internal/chat_tables.h"
#include "capabilities/chat/internal/completions.h"
#include "capabilities/chat/internal/detached_turns.h"
#include "capabilities/chat/internal/events.h"
#include "capabilities/chat/internal/messages_table.h"
#include "capabilities/chat/internal/turn_engine.h"
#include "capabilities/chat/internal/turn_rules.h"
#include "capabilities/chat/internal/turn_runner.h"
#include "capabilities/chat/prompt.h"

namespace aiva::chat {
namespace {

ChatSettings completed(ChatSettings settings) {
  if (!settings.count_tokens) settings.count_tokens = estimate_tokens;
  return settings;
}

// What an agent says first; nobody asked, and it costs nothing.
Message greeting_of(const Session& session, const agents::ActiveAgent& agent) {
  return {.id = MessageId::make(),
          .session = session.id,
          .role = "assistant",
          .created_at = session.created_at,
          .answer = {.text = session.greeting,
                     .agent = agent.id,
                     .agent_name = agent.name,
                     .agent_version = agent.version,
                     .provider = std::string(greeting_provider)}};
}

class DocumentChat final : public Chat {
 public:
  DocumentChat(ChatParts parts, ChatSettings settings)
      : parts_(parts),
        settings_(completed(std::move(settings))),
        engine_(parts_, settings_),
        completions_(engine_, parts_, settings_),
        turns_(parts_, settings_, engine_),
        resumable_(turns_, parts_, settings_) {}

  Task<Result<Session>> create_session(CallContext context, NewSession session) override {
    CO_TRY_VOID(validate_session(session));
    if (session.knowledge_base)
      CO_TRY_VOID(co_await parts_.knowledge.get(context, *session.knowledge_base));
    agents::ActiveAgentPointer agent;
    if (session.agent) {
      CO_TRY(agent, co_await engine_.find_agent(context, session.agent->to_string()));
    }
    auto now = parts_.clock.unix_ms();
    Session created{.id = ChatSessionId::make(),
                    .tenant = context.tenant,
                    .agent = session.agent,
                    .knowledge_base = session.knowledge_base,
                    .title = std::move(session.title),
                    .user_name = std::move(session.user_name),
                    .metadata = std::move(session.metadata),
                    .created_at = now,
                    .updated_at = now};
    if (agent) created.greeting = session.greeting.value_or(agent->settings.greeting);
    auto rows = [&created, &agent, user = context.user](SqlSession& sql) -> Result<void> {
      TRY_VOID(insert_session(sql, created, user));
      if (created.greeting.empty()) return {};
      TRY(auto greeted, append_message(sql, created.tenant, greeting_of(created, *agent), true));
      created.message_count = greeted.message_count;
      return {};
    };
    CO_TRY_VOID(co_await write(parts_.database, context, rows));
    co_return created;
  }

  Task<Result<Session>> session(CallContext context, ChatSessionId id) override {
    auto row = [tenant = context.tenant, id](SqlSession& sql) {
      return find_session(sql, tenant, id);
    };
    auto found = co_await read(parts_.database, context, row);
    co_return found;
  }

  Task<Result<knowledge::PageOf<Session>>> sessions(CallContext context,
                                                    SessionFilter filter) override {
    CO_TRY_VOID(validate_page(filter.page));
    CO_TRY_VOID(validate_status(filter.status));
    auto rows = [tenant = context.tenant, filter](SqlSession& sql) {
      return list_sessions(sql, tenant, filter);
    };
    auto page = co_await read(parts_.database, context, rows);
    co_return page;
  }

  Task<Result<void>> end_session(CallContext context, ChatSessionId id) override {
    auto row = [this, tenant = context.tenant, id](SqlSession& sql) -> Result<void> {
      TRY(auto session, find_session(sql, tenant, id));
      if (session.status == "ended") return {};
      TRY_VOID(mark_ended(sql, tenant, id, parts_.clock.unix_ms()));
      return tell_listener(parts_.listener, sql, tenant,
                           {.type = ChatEvent::ended, .session = id, .agent = session.agent});
    };
    auto ended = co_await write(parts_.database, context, row);
    co_return ended;
  }

  Task<Result<knowledge::PageOf<Message>>> messages(CallContext context, ChatSessionId id,
                                                    knowledge::PageRequest page) override {
    CO_TRY_VOID(validate_page(page));
    auto rows = [tenant = context.tenant, id, page](SqlSession& sql) {
      return list_messages(sql, tenant, id, page);
    };
    auto messages = co_await read(parts_.database, context, rows);
    co_return messages;
  }

  Task<Result<Answer>> answer(CallContext context, Turn turn) override {
    auto answered = co_await turns_.run(std::move(context), std::move(turn));
    co_return answered;
  }

  Task<Result<void>> cancel(CallContext context, ChatSessionId session,
                            MessageId message) override {
    auto cancelled = co_await turns_.cancel(std::move(context), session, message);
    co_return cancelled;
  }

  Task<Result<std::int64_t>> recover_turns(CallContext context, bool all) override {
    auto count = co_await turns_.journal().recover(std::move(context), all);
    co_return count;
  }

  ResumableTurns& resumable() override { return resumable_; }
  Completions& completions() override { return completions_; }

 private:
  ChatParts parts_;
  ChatSettings settings_;
  TurnEngine engine_;
  EngineCompletions completions_;
  TurnRunner turns_;
  DetachedTurns resumable_;  // last: it ends before what it uses
};

}  // namespace

std::unique_ptr<Chat> make_chat(ChatParts parts, ChatSettings settings) {
  return std::make_unique<DocumentChat>(parts, std::move(settings));
}

}  // namespace aiva::chat
