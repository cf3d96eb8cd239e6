#include <utility>

#include "capabilities/chat/citations.h"
#include "capabilities/chat/internal/turn.h"
#include "capabilities/chat/passages.h"
#include "capabilities/chat/prompt.h"

namespace aiva::chat {
namespace {

// An answer without an end must not fill the memory.
constexpr std::size_t answer_bytes_max = 256 * 1024;

bool is_given_up(const CallContext& context, const Error& error) {
  return context.cancellation.stop_requested() || error.code == ErrorCode::cancelled;
}

// Collects what the model says, piece by piece.
class ReplyBuilder {
 public:
  ReplyBuilder(TurnListener listener, int passage_count)
      : listener_(std::move(listener)), filter_(passage_count) {}

  // Takes one piece and passes on what is settled; fails when the listener does.
  Task<Result<void>> add(std::string piece) {
    auto settled = filter_.push(piece);
    auto told = co_await say(std::move(settled));
    co_return told;
  }

  Task<Result<void>> finish() {
    auto rest = filter_.finish();
    auto told = co_await say(std::move(rest));
    co_return told;
  }

  // Ends the text where it is.
  void cut() { text_ += filter_.finish(); }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  Task<Result<void>> say(std::string piece) {
    if (piece.empty()) co_return Result<void>();
    text_ += piece;
    if (!listener_) co_return Result<void>();
    TurnEvent event{.kind = TurnEvent::Kind::delta, .text = std::move(piece)};
    auto heard = listener_(std::move(event));
    auto told = co_await std::move(heard);
    co_return told;
  }

  TurnListener listener_;
  CitationFilter filter_;
  std::string text_;
};

// Reads the stream to its end into the builder; the usage when the model told it.
Task<Result<std::optional<ChatUsage>>> read_stream(CallContext context, ChatStream& stream,
                                                   ReplyBuilder& builder) {
  std::optional<ChatUsage> usage;
  while (builder.text().size() < answer_bytes_max) {
    CO_TRY(auto delta, co_await stream.next(context));
    if (!delta) break;
    if (delta->usage) usage = delta->usage;
    CO_TRY_VOID(co_await builder.add(std::move(delta->text)));
  }
  CO_TRY_VOID(co_await builder.finish());
  co_return usage;
}

// What the model will have counted when it did not say so.
ChatUsage count_usage(const ChatSettings& settings, std::span<const ChatMessage> messages,
                      std::string_view text) {
  std::size_t input = 0;
  for (const auto& message : messages) input += settings.count_tokens(message.content);
  return {.input_tokens = static_cast<std::int64_t>(input),
          .output_tokens = static_cast<std::int64_t>(settings.count_tokens(text))};
}

}  // namespace

Task<Result<Reply>> reply_by_model(CallContext context, ChatModel& model,
                                   const ChatSettings& settings, const TurnState& state,
                                   TurnListener listener) {
  PassageLimits room{.tokens_max = settings.passage_tokens_max,
                     .section_tokens_max = settings.section_tokens_max,
                     .count_tokens = settings.count_tokens};
  auto passages = passages_of(state.found.hits, state.sections, room);
  PromptParts parts{.has_knowledge_base = state.session.knowledge_base.has_value(),
                    .passages = passages,
                    .history = state.history,
                    .question = state.question};
  PromptLimits limits{.passage_tokens_max = settings.passage_tokens_max,
                      .history_tokens_max = settings.history_tokens_max,
                      .count_tokens = settings.count_tokens};
  auto prompt = build_prompt(parts, limits);
  auto context_of_reply = context_sources(state.found.hits, prompt.passages_used);
  ChatRequest request{.messages = prompt.messages, .tokens_max = settings.answer_tokens_max};
  CO_TRY(auto stream, co_await model.open(context, std::move(request)));
  if (listener) {
    TurnEvent event{.kind = TurnEvent::Kind::sources, .sources = context_of_reply};
    auto heard = listener(std::move(event));
    CO_TRY_VOID(co_await std::move(heard));
  }

  ReplyBuilder builder(std::move(listener), static_cast<int>(prompt.passages_used));
  auto usage = co_await read_stream(context, *stream, builder);
  if (!usage) {
    if (!is_given_up(context, usage.error())) co_return fail(std::move(usage.error()));
    builder.cut();
    if (builder.text().empty()) co_return fail(std::move(usage.error()));
  }
  Reply reply{.text = builder.text(),
              .provider = settings.provider,
              .model = stream->model(),
              .is_interrupted = !usage.has_value(),
              .context_chunks = static_cast<std::int64_t>(prompt.passages_used)};
  reply.sources = cited_sources(reply.text, state.question, passages, std::move(context_of_reply));
  bool is_told = usage && *usage;
  reply.usage = is_told ? **usage : count_usage(settings, prompt.messages, reply.text);
  if (reply.text.empty())
    co_return fail(ErrorCode::unavailable, "The language model gave an empty answer");
  co_return reply;
}

}  // namespace aiva::chat
