#include "capabilities/chat/chat.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "capabilities/chat/internal/chat_tables.h"
#include "capabilities/chat/internal/search_query.h"
#include "capabilities/chat/internal/turn.h"
#include "capabilities/chat/internal/turn_seats.h"
#include "capabilities/chat/pricing.h"
#include "capabilities/chat/prompt.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"
#include "foundation/log.h"
#include "foundation/text/utf8.h"

namespace aiva::chat {
namespace {

constexpr std::size_t content_characters_max = 8000;
constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t metadata_bytes_max = 16 * 1024;
constexpr int chunks_to_extract_from = 16;

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Result<void> validate_content(std::string_view content) {
  if (!is_valid_utf8(content)) return fail(invalid_field("content", "must be UTF-8"));
  if (content.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return fail(invalid_field("content", "must not be empty"));
  if (count_characters(content) > content_characters_max)
    return fail(invalid_field("content", "must have at most 8000 characters"));
  return {};
}

Result<void> validate_session(const NewSession& session) {
  Error error{.code = ErrorCode::invalid, .message = "The chat session is not valid"};
  auto check_text = [&error](std::string field, std::string_view text, std::size_t bytes_max) {
    if (!is_valid_utf8(text))
      error.details.push_back({std::move(field), "must be UTF-8"});
    else if (text.size() > bytes_max)
      error.details.push_back({std::move(field), "is too long"});
  };
  check_text("title", session.title, name_bytes_max);
  check_text("user_name", session.user_name, name_bytes_max);
  check_text("metadata", session.metadata, metadata_bytes_max);
  auto metadata = json::parse(session.metadata);
  if (!metadata || !metadata->is_object())
    error.details.push_back({"metadata", "must be a JSON object"});
  if (!error.details.empty()) return fail(std::move(error));
  return {};
}

Result<void> validate_page(const knowledge::PageRequest& page) {
  if (page.page < 1) return fail(invalid_field("page", "must be at least 1"));
  if (page.limit < 1 || page.limit > 200)
    return fail(invalid_field("limit", "must be between 1 and 200"));
  return {};
}

class DocumentChat final : public Chat {
 public:
  DocumentChat(ChatParts parts, ChatSettings settings)
      : parts_(parts),
        settings_(std::move(settings)),
        seconds_(parts.metrics.histogram("aiva_chat_turn_seconds", "Time a chat turn took",
                                         duration_buckets_s())),
        failures_(parts.metrics.counter("aiva_chat_turn_failures_total",
                                        "Chat turns without an answer")) {
    if (!settings_.count_tokens) settings_.count_tokens = estimate_tokens;
  }

  Task<Result<Session>> create_session(CallContext context, NewSession session) override {
    CO_TRY_VOID(validate_session(session));
    if (session.knowledge_base)
      CO_TRY_VOID(co_await parts_.knowledge.get(context, *session.knowledge_base));
    auto now = parts_.clock.unix_ms();
    Session created{.id = ChatSessionId::make(),
                    .tenant = context.tenant,
                    .knowledge_base = session.knowledge_base,
                    .title = std::move(session.title),
                    .user_name = std::move(session.user_name),
                    .metadata = std::move(session.metadata),
                    .created_at = now,
                    .updated_at = now};
    auto row = [&created, user = context.user](SqlSession& sql) {
      return insert_session(sql, created, user);
    };
    CO_TRY_VOID(co_await write(parts_.database, context, row));
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
    if (filter.status && *filter.status != "active" && *filter.status != "ended")
      co_return fail(invalid_field("status", "must be active or ended"));
    auto rows = [tenant = context.tenant, filter](SqlSession& sql) {
      return list_sessions(sql, tenant, filter);
    };
    auto page = co_await read(parts_.database, context, rows);
    co_return page;
  }

  Task<Result<void>> end_session(CallContext context, ChatSessionId id) override {
    auto row = [tenant = context.tenant, id, now = parts_.clock.unix_ms()](SqlSession& sql) {
      return mark_ended(sql, tenant, id, now);
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
    auto begin = parts_.clock.steady();
    CO_TRY_VOID(validate_content(turn.content));
    auto seat = seats_.take(context.tenant, turn.session);
    if (!seat) co_return fail(ErrorCode::conflict, "The session is still answering a message");
    CO_TRY_VOID(
        co_await parts_.billing.require(context, context.tenant, search::search_balance_min));

    auto user_message = MessageId::make();
    CO_TRY(auto state, co_await open_turn(context, user_message, turn));
    auto replied = co_await reply_to(context, std::move(turn.listener), &state);
    if (!replied) {
      failures_.add();
      co_return fail(std::move(replied.error()));
    }
    std::chrono::duration<double> time = parts_.clock.steady() - begin;
    seconds_.observe(time.count());
    auto answer = answer_of(state, *std::move(replied), time.count() * 1000);
    answer.user_message = user_message;
    auto saved = co_await save_answer(context, std::move(answer));
    co_return saved;
  }

 private:
  // Saves the user's message and reads what came before it, in one transaction.
  Task<Result<TurnState>> open_turn(CallContext context, MessageId id, const Turn& turn) {
    NewMessage message{
        .id = id, .role = "user", .content = turn.content, .created_at = parts_.clock.unix_ms()};
    auto rows = [&, session_id = turn.session](SqlSession& sql) -> Result<TurnState> {
      TRY(auto session, append_message(sql, context.tenant, session_id, message, true));
      if (!session.knowledge_base && parts_.model == nullptr)
        return fail(invalid_field("kb_id",
                                  "this session needs a knowledge base: no language model "
                                  "is configured, so answers come from documents only"));
      TRY(auto history, read_history(sql, session, settings_.history_messages_max));
      return TurnState{.session = std::move(session),
                       .question = message.content,
                       .history = std::move(history)};
    };
    auto state = co_await write(parts_.database, context, rows);
    co_return state;
  }

  Task<Result<Reply>> reply_to(CallContext context, TurnListener listener, TurnState* state) {
    if (state->session.knowledge_base) {
      bool has_model = parts_.model != nullptr;
      state->search_query = make_search_query(state->question, state->history);
      search::SearchRequest request{
          .knowledge_base = *state->session.knowledge_base,
          .query = state->search_query,
          .top_k = has_model ? settings_.context_chunks : chunks_to_extract_from,
          .session = state->session.id,
          .is_billed = false,
          .may_be_similar = false};
      CO_TRY(state->found, co_await parts_.search.search(context, std::move(request)));
      if (has_model && parts_.sections != nullptr)
        state->sections = co_await sections_of(context, ids_of(state->found));
    }
    auto replying =
        parts_.model != nullptr
            ? reply_by_model(context, *parts_.model, settings_, *state, std::move(listener))
            : reply_by_extract(context, parts_.embedder, *state, std::move(listener));
    auto reply = co_await std::move(replying);
    co_return reply;
  }

  static std::vector<ChunkId> ids_of(const search::SearchAnswer& found) {
    std::vector<ChunkId> ids;
    for (const auto& hit : found.hits) ids.push_back(hit.chunk.id);
    return ids;
  }

  // What stands around the hits; without it they must do.
  Task<std::vector<knowledge::Section>> sections_of(CallContext context, std::vector<ChunkId> ids) {
    auto tokens_max = static_cast<int>(settings_.section_tokens_max);
    auto looking = parts_.sections->around(context, std::move(ids), tokens_max);
    auto sections = co_await std::move(looking);
    if (!sections) {
      log::failure("The sections of the hits cannot be read", context, sections.error());
      co_return std::vector<knowledge::Section>();
    }
    co_return std::move(*sections);
  }

  Answer answer_of(const TurnState& state, Reply reply, double time_ms) const {
    Answer answer{.session = state.session.id,
                  .message = MessageId::make(),
                  .text = std::move(reply.text),
                  .sources = std::move(reply.sources),
                  .provider = std::move(reply.provider),
                  .model = std::move(reply.model),
                  .is_extractive = reply.is_extractive,
                  .is_interrupted = reply.is_interrupted,
                  .context_chunks = reply.context_chunks,
                  .input_tokens = reply.usage.input_tokens,
                  .output_tokens = reply.usage.output_tokens,
                  .time_ms = time_ms};
    if (state.session.knowledge_base)
      answer.operations.push_back({"search", state.found.base_cost});
    if (!reply.is_extractive) {
      auto price = price_of(settings_.prices, answer.model, reply.usage);
      answer.operations.push_back({"chat", price});
    }
    for (const auto& operation : answer.operations) answer.base_cost += operation.base_cost;
    return answer;
  }

  // Saves the answer and charges for it in one transaction, even when the caller is gone by now.
  Task<Result<Answer>> save_answer(CallContext context, Answer answer) {
    context.cancellation = {};
    context.deadline = std::chrono::steady_clock::time_point::max();
    NewMessage message{.id = answer.message,
                       .role = "assistant",
                       .content = answer.text,
                       .sources = answer.sources,
                       .provider = answer.provider,
                       .model = answer.model,
                       .is_extractive = answer.is_extractive,
                       .is_interrupted = answer.is_interrupted,
                       .context_chunks = answer.context_chunks,
                       .input_tokens = answer.input_tokens,
                       .output_tokens = answer.output_tokens,
                       .base_cost = answer.base_cost,
                       .time_ms = answer.time_ms,
                       .created_at = parts_.clock.unix_ms()};
    auto rows = [&](SqlSession& sql) -> Result<billing::MicroUsd> {
      TRY(auto final_cost, charge(sql, context.tenant, context.api_key, answer));
      auto priced = message;
      priced.final_cost = final_cost;
      TRY_VOID(append_message(sql, context.tenant, answer.session, priced, false));
      return final_cost;
    };
    CO_TRY(answer.final_cost, co_await write(parts_.database, context, rows));
    co_return answer;
  }

  Result<billing::MicroUsd> charge(SqlSession& sql, TenantId tenant, std::optional<ApiKeyId> key,
                                   const Answer& answer) {
    billing::MicroUsd sum = 0;
    for (const auto& operation : answer.operations) {
      if (operation.base_cost == 0) continue;
      std::string details;
      JsonWriter(details)
          .begin_object()
          .field("session_id", answer.session)
          .field("model", answer.model)
          .field("input_tokens", answer.input_tokens)
          .field("output_tokens", answer.output_tokens)
          .end_object();
      TRY(auto taken, parts_.billing.charge(sql, tenant,
                                            {.operation = operation.operation,
                                             .reference = answer.message.to_string(),
                                             .base = operation.base_cost,
                                             .details = std::move(details),
                                             .model = answer.model,
                                             .key = key}));
      sum += taken;
    }
    return sum;
  }

  ChatParts parts_;
  ChatSettings settings_;
  Histogram& seconds_;
  Counter& failures_;
  TurnSeats seats_;
};

}  // namespace

std::unique_ptr<Chat> make_chat(ChatParts parts, ChatSettings settings) {
  return std::make_unique<DocumentChat>(parts, std::move(settings));
}

}  // namespace aiva::chat
