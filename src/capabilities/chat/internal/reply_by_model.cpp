#include <utility>

#include "capabilities/chat/internal/built_in_tools.h"
#include "capabilities/chat/internal/goods.h"
#include "capabilities/chat/internal/reply_builder.h"
#include "capabilities/chat/internal/tool_box.h"
#include "capabilities/chat/internal/turn.h"
#include "capabilities/chat/phrases.h"
#include "capabilities/chat/prompt.h"
#include "foundation/text/utf8.h"

namespace aiva::chat {
namespace {

using functions::ToolOutcome;

// An answer without an end must not fill the memory.
constexpr std::size_t answer_bytes_max = 256 * 1024;
constexpr std::size_t calls_max = 64;  // that a model may ask for in one round

bool is_given_up(const CallContext& context, const Error& error) {
  return context.cancellation.stop_requested() || error.code == ErrorCode::cancelled;
}

// Its passages are told among the sources, not as the result of a call.
bool is_search(const ToolOutcome& outcome) {
  return outcome.name == tool_names::search_knowledge && !outcome.is_error;
}

// What the model said in one round.
struct Round {
  std::string text{};  // as it said it
  std::vector<ToolCall> calls{};
  std::string finish_reason{};
};

// One turn with a model: the conversation so far, and the reply as it grows.
class ModelTurn {
 public:
  ModelTurn(TurnTools turn, ChatUsage usage, TurnListener listener)
      : turn_(turn),
        listener_(std::move(listener)),
        box_(turn, mask_),
        builder_(listener_, hosts_, mask_,
                 {.must_cite = turn.input.manner.must_cite,
                  .is_verbatim = turn.input.format.kind != AnswerFormat::Kind::text}) {
    reply_.usage = usage;
  }

  Task<Result<Reply>> run(CallContext context) {
    CO_TRY_VOID(co_await box_.open(context));
    write_prompt();
    auto talked = co_await talk(context);
    if (!talked) {
      if (!is_given_up(context, talked.error())) co_return fail(std::move(talked.error()));
      builder_.cut();
      if (builder_.text().empty()) co_return fail(std::move(talked.error()));
      reply_.is_interrupted = true;
    }
    if (builder_.text().empty() && reply_.caller_calls.empty())
      co_return fail(ErrorCode::unavailable, "The language model gave an empty answer");
    finish_reply();
    co_return std::move(reply_);
  }

 private:
  void write_prompt() {
    const auto& input = turn_.input;
    const auto& manner = input.manner;
    auto question = masked(input.question);
    std::vector<ChatMessage> history = masked(input.history);
    std::vector<ChatMessage> following = masked(input.following);
    auto summary = masked(input.summary);
    std::string products;
    if (turn_.products != nullptr) products = fence_products(*turn_.products);
    PromptParts parts{.has_knowledge_base = turn_.findings.has_searched(),
                      .passages = turn_.findings.passages(),
                      .history = history,
                      .question = question,
                      .images = input.images,
                      .following = following,
                      .instructions = manner.instructions,
                      .caller_instructions = input.caller_instructions,
                      .language = manner.language,
                      .blocked_topics = manner.blocked_topics,
                      .summary = summary,
                      .has_functions = !box_.definitions().empty(),
                      .products = products};
    PromptLimits limits{.passage_tokens_max = turn_.settings.passage_tokens_max,
                        .history_tokens_max = input.history_tokens_max,
                        .count_tokens = turn_.settings.count_tokens};
    auto prompt = build_prompt(parts, limits);
    turn_.findings.keep_fresh(prompt.passages_used);
    messages_ = std::move(prompt.messages);
    for (const auto& message : messages_) collect_hosts(message.content, hosts_);
    collect_hosts(input.question, hosts_);
    show_passages();
  }

  // Passages that were found may be cited and linked to.
  void show_passages() {
    auto passages = turn_.findings.passages();
    builder_.set_passage_count(static_cast<int>(passages.size()));
    reply_.context_chunks = static_cast<std::int64_t>(passages.size());
    for (const auto& passage : passages) collect_hosts(passage.text, hosts_);
  }

  Task<Result<void>> tell_sources() {
    TurnEvent event{.kind = TurnEvent::Kind::sources, .sources = turn_.findings.sources()};
    auto telling = tell(listener_, std::move(event));
    auto told = co_await std::move(telling);
    co_return told;
  }

  // Asks round by round until the model has no more calls.
  Task<Result<void>> talk(CallContext context) {
    for (int number = 0;; ++number) {
      bool may_call = number < turn_.input.manner.tool_rounds || number == 0;
      CO_TRY(auto round, co_await ask(context, may_call && !box_.definitions().empty(), number));
      reply_.finish_reason = round.finish_reason;
      if (builder_.has_leaked()) reply_.finish_reason = "content_filter";
      if (round.calls.empty() || builder_.has_leaked()) break;
      if (!may_call)
        co_return fail(ErrorCode::unavailable, "The language model calls functions without end");
      CO_TRY(auto is_done, co_await call_functions(context, std::move(round)));
      if (is_done) co_return Result<void>();
    }
    auto closing = say_instead();
    auto said = co_await std::move(closing);
    co_return said;
  }

  // What is said where the model's own words cannot be.
  Task<Result<void>> say_instead() {
    bool is_withheld = reply_.finish_reason == "content_filter" && builder_.text().empty();
    if (!is_withheld && !builder_.lacks_citation()) co_return Result<void>();
    auto phrase = is_withheld ? Phrase::withheld : Phrase::unknown;
    std::string text(phrase_in(turn_.input.manner.language, phrase));
    auto saying = builder_.say(std::move(text));
    auto said = co_await std::move(saying);
    co_return said;
  }

  Task<Result<Round>> ask(CallContext context, bool may_call, int number) {
    CO_TRY(auto stream, co_await turn_.parts.model->open(context, make_request(may_call)));
    reply_.model = stream->model();
    auto provider = stream->provider();
    if (provider.empty()) provider = turn_.settings.provider;
    reply_.provider = std::move(provider);
    if (number == 0) CO_TRY_VOID(co_await tell_sources());
    std::optional<ChatUsage> usage;
    Round round;
    auto heard = co_await listen(context, *stream, round, usage);
    add_usage(usage, round);
    if (!heard) co_return fail(std::move(heard.error()));
    co_return round;
  }

  ChatRequest make_request(bool may_call) const {
    const auto& input = turn_.input;
    ChatRequest request{.model = input.manner.model,
                        .messages = messages_,
                        .temperature = input.manner.temperature,
                        .tokens_max = input.manner.tokens_max,
                        .format = input.format,
                        .top_p = input.top_p,
                        .stop = input.stop};
    if (!box_.definitions().empty()) {
      request.tools = box_.definitions();
      request.tool_choice = input.tool_choice;
      if (!may_call) request.tool_choice.mode = ToolChoice::Mode::none;
    }
    return request;
  }

  Task<Result<void>> listen(CallContext context, ChatStream& stream, Round& round,
                            std::optional<ChatUsage>& usage) {
    while (round.text.size() < answer_bytes_max && !builder_.has_leaked()) {
      CO_TRY(auto delta, co_await stream.next(context));
      if (!delta) break;
      if (delta->usage) usage = delta->usage;
      if (!delta->finish_reason.empty()) round.finish_reason = delta->finish_reason;
      for (auto& call : delta->tool_calls)
        if (round.calls.size() < calls_max) round.calls.push_back(std::move(call));
      round.text += delta->text;
      CO_TRY_VOID(co_await builder_.add(std::move(delta->text)));
    }
    if (round.finish_reason.empty() || round.finish_reason == "tool_calls")
      round.finish_reason = "stop";
    auto ending = builder_.end_round();
    auto ended = co_await std::move(ending);
    co_return ended;
  }

  // What the model counted, or will have counted when it did not say so.
  void add_usage(const std::optional<ChatUsage>& told, const Round& round) {
    const auto& count = turn_.settings.count_tokens;
    ChatUsage usage = told.value_or(ChatUsage{});
    if (!told) {
      std::size_t input = 0;
      for (const auto& message : messages_) input += count(message.content);
      std::size_t output = count(round.text);
      for (const auto& call : round.calls) output += count(call.arguments);
      usage.input_tokens = static_cast<std::int64_t>(input);
      usage.output_tokens = static_cast<std::int64_t>(output);
    }
    reply_.usage.input_tokens += usage.input_tokens;
    reply_.usage.cached_tokens += usage.cached_tokens;
    reply_.usage.cache_written_tokens += usage.cache_written_tokens;
    reply_.usage.output_tokens += usage.output_tokens;
  }

  // Runs a round's calls; whether the turn ends with them.
  Task<Result<bool>> call_functions(CallContext context, Round round) {
    for (const auto& call : round.calls) {
      TurnEvent begins{.kind = TurnEvent::Kind::function_call,
                       .call = {.name = call.name, .arguments = mask_.unmask(call.arguments)}};
      CO_TRY_VOID(co_await tell(listener_, std::move(begins)));
    }
    auto calls = round.calls;
    auto passages_before = turn_.findings.passages().size();
    CO_TRY(auto done, co_await box_.run(context, std::move(calls)));
    if (!done.caller_calls.empty()) {
      reply_.caller_calls = std::move(done.caller_calls);
      for (auto& call : reply_.caller_calls) call.arguments = mask_.unmask(call.arguments);
      reply_.finish_reason = "tool_calls";
      co_return true;
    }
    CO_TRY_VOID(co_await note_outcomes(round, done));
    if (turn_.findings.passages().size() > passages_before) {
      show_passages();
      CO_TRY_VOID(co_await tell_sources());
    }
    if (!done.ends_turn) co_return false;
    auto searched_again = reply_.decision.searched_again;
    reply_.decision = done.decision;
    reply_.decision.searched_again = searched_again;
    auto saying = say_farewell(done);
    CO_TRY_VOID(co_await std::move(saying));
    co_return true;
  }

  // The conversation goes on with the calls and what came of them.
  Task<Result<void>> note_outcomes(Round& round, RoundOutcome& done) {
    messages_.push_back(
        {.role = ChatRole::assistant, .content = std::move(round.text), .tool_calls = round.calls});
    for (std::size_t i = 0; i < round.calls.size(); ++i) {
      auto& outcome = done.outcomes[i];
      messages_.push_back({.role = ChatRole::tool,
                           .content = text_for_model(outcome),
                           .tool_call_id = round.calls[i].id});
      collect_hosts(outcome.result, hosts_);
      outcome.arguments = mask_.unmask(outcome.arguments);
      reply_.decision.searched_again |= is_search(outcome);
      if (is_search(outcome)) outcome.result = "{}";
      add_products(reply_.products.products, products_from_json(outcome.products));
      TurnEvent ended{.kind = TurnEvent::Kind::function_call, .call = outcome};
      reply_.function_calls.push_back(std::move(outcome));
      CO_TRY_VOID(co_await tell(listener_, std::move(ended)));
    }
    co_return Result<void>();
  }

  std::string text_for_model(const ToolOutcome& outcome) {
    if (is_search(outcome)) return outcome.result;
    std::string text;
    if (outcome.is_pending) text = "It goes on in the background. ";
    if (outcome.is_error) text = "Error: ";
    text += outcome.result;
    auto bytes_max = turn_.settings.result_tokens_max * 4;
    return fence_result(outcome.name, masked(utf8_prefix(text, bytes_max)));
  }

  Task<Result<void>> say_farewell(const RoundOutcome& done) {
    auto phrase = done.decision.wants_transfer ? Phrase::transfer : Phrase::goodbye;
    std::string text = done.message;
    bool has_spoken = !builder_.text().empty() && !builder_.lacks_citation();
    if (text.empty() && has_spoken) co_return Result<void>();
    if (text.empty()) text = phrase_in(turn_.input.manner.language, phrase);
    auto saying = builder_.say(std::move(text));
    auto said = co_await std::move(saying);
    co_return said;
  }

  void finish_reply() {
    reply_.text = builder_.text();
    reply_.removed_citations = builder_.removed_citations();
    bool has_citations = turn_.input.format.kind == AnswerFormat::Kind::text;
    auto citing = has_citations ? std::string_view(reply_.text) : std::string_view();
    reply_.sources = cited_sources(citing, turn_.input.question, turn_.findings.passages(),
                                   turn_.findings.sources());
  }

  std::string masked(std::string_view text) {
    return turn_.input.manner.masks_personal ? mask_.mask(text) : std::string(text);
  }
  std::vector<ChatMessage> masked(std::vector<ChatMessage> messages) {
    if (!turn_.input.manner.masks_personal) return messages;
    for (auto& message : messages) {
      message.content = mask_.mask(message.content);
      for (auto& call : message.tool_calls) call.arguments = mask_.mask(call.arguments);
    }
    return messages;
  }

  TurnTools turn_;
  TurnListener listener_;
  Hosts hosts_;
  PersonalMask mask_;
  ToolBox box_;
  ReplyBuilder builder_;
  Reply reply_;
  std::vector<ChatMessage> messages_;
};

}  // namespace

Task<Result<Reply>> reply_by_model(CallContext context, TurnTools tools, ChatUsage usage,
                                   TurnListener listener) {
  ModelTurn turn(tools, usage, std::move(listener));
  auto reply = co_await turn.run(std::move(context));
  co_return reply;
}

}  // namespace aiva::chat
