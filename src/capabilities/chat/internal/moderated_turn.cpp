#include "capabilities/chat/internal/moderated_turn.h"

#include <algorithm>
#include <utility>

#include "capabilities/chat/phrases.h"

namespace aiva::chat {
namespace {

using moderation::Stage;
using moderation::Verdict;

std::string state_of(const Verdict& verdict) {
  switch (verdict.kind) {
    case Verdict::Kind::unasked: return {};
    // What nobody looked at is asked about again with the next message.
    case Verdict::Kind::passed: return verdict.is_unchecked ? "" : "passed";
    case Verdict::Kind::flagged: return "flagged";
    case Verdict::Kind::blocked: return "blocked";
  }
  return {};
}

Task<Verdict> ask(CallContext context, const ChatParts& parts, const TurnInput& input, Stage stage,
                  std::vector<std::string> texts) {
  moderation::Subject subject{.stage = stage, .texts = std::move(texts), .session = input.session};
  if (input.agent) subject.agent = input.agent->id;
  auto asking =
      parts.moderation->look_at(std::move(context), input.manner.moderation, std::move(subject));
  auto verdict = co_await std::move(asking);
  co_return verdict;
}

void note(Moderated& moderated, Verdict& verdict) {
  moderated.is_unchecked = moderated.is_unchecked || verdict.is_unchecked;
  for (auto& category : verdict.categories)
    if (std::ranges::find(moderated.categories, category) == moderated.categories.end())
      moderated.categories.push_back(std::move(category));
}

std::string words_of(const Verdict& verdict, const TurnInput& input, Phrase phrase) {
  if (!verdict.message.empty()) return verdict.message;
  return std::string(phrase_in(input.manner.language, phrase));
}

Task<Result<void>> tell_verdict(TurnListener& listener, Moderated moderated) {
  TurnEvent event{.kind = TurnEvent::Kind::moderation, .moderation = std::move(moderated)};
  auto telling = tell(listener, std::move(event));
  auto told = co_await std::move(telling);
  co_return told;
}

}  // namespace

bool is_blocked(const Moderated& moderated) {
  return moderated.message == "blocked" || moderated.answer == "blocked";
}

bool is_remarkable(const Moderated& moderated) {
  return is_blocked(moderated) || moderated.is_unchecked || moderated.message == "flagged" ||
         moderated.answer == "flagged";
}

Task<Result<std::optional<Reply>>> refuse_question(CallContext context, const ChatParts& parts,
                                                   const TurnInput& input, TurnListener& listener,
                                                   Moderated& moderated) {
  bool is_asked = parts.moderation != nullptr &&
                  parts.moderation->looks_at(Stage::message, input.manner.moderation);
  if (!is_asked) co_return std::nullopt;
  auto texts = input.unchecked;
  texts.push_back(input.question);
  auto asking = ask(context, parts, input, Stage::message, std::move(texts));
  auto verdict = co_await std::move(asking);
  CO_TRY_VOID(context.check());
  moderated.message = state_of(verdict);
  note(moderated, verdict);
  if (is_remarkable(moderated)) CO_TRY_VOID(co_await tell_verdict(listener, moderated));
  if (!is_blocked(moderated)) co_return std::nullopt;
  auto text = words_of(verdict, input, Phrase::refused);
  CO_TRY_VOID(co_await tell(listener, {.kind = TurnEvent::Kind::sources}));
  CO_TRY_VOID(co_await tell(listener, {.kind = TurnEvent::Kind::delta, .text = text}));
  co_return Reply{.text = std::move(text), .provider = "rule", .finish_reason = "content_filter"};
}

Task<Result<void>> look_beside(CallContext context, const ChatParts& parts, TurnInput& input) {
  bool is_asked = parts.moderation != nullptr &&
                  parts.moderation->looks_at(Stage::message, input.manner.moderation);
  if (!is_asked) co_return Result<void>();
  auto is_unseen = [](const SaidBeside& one) {
    return one.role == ChatRole::user && one.moderation.empty();
  };
  std::vector<std::string> texts;
  for (const auto& one : input.said)
    if (is_unseen(one)) texts.push_back(one.text);
  if (texts.empty()) co_return Result<void>();
  auto asking = ask(context, parts, input, Stage::message, std::move(texts));
  auto verdict = co_await std::move(asking);
  CO_TRY_VOID(context.check());
  for (auto& one : input.said)
    if (is_unseen(one)) one.moderation = state_of(verdict);
  co_return Result<void>();
}

HeldAnswer::HeldAnswer(const ChatParts& parts, const TurnInput& input, TurnListener listener)
    : parts_(parts),
      input_(input),
      listener_(std::move(listener)),
      is_held_(parts.moderation != nullptr &&
               parts.moderation->looks_at(Stage::answer, input.manner.moderation)) {}

TurnListener HeldAnswer::listener() {
  if (!is_held_ || !listener_) return listener_;
  return [this](TurnEvent event) { return hear(std::move(event)); };
}

Task<Result<void>> HeldAnswer::hear(TurnEvent event) {
  if (event.kind == TurnEvent::Kind::delta) co_return Result<void>();
  auto telling = listener_(std::move(event));
  auto told = co_await std::move(telling);
  co_return told;
}

Task<void> HeldAnswer::release(CallContext context, Reply& reply, Moderated& moderated) {
  if (!is_held_) co_return;
  context.cancellation = {};
  context.deadline = std::chrono::steady_clock::time_point::max();
  auto asking = ask(context, parts_, input_, Stage::answer, {reply.text});
  auto verdict = co_await std::move(asking);
  moderated.answer = state_of(verdict);
  note(moderated, verdict);
  if (moderated.answer == "blocked") {
    reply.text = words_of(verdict, input_, Phrase::withheld);
    reply.sources.clear();
    reply.images.images.clear();
    reply.products.products.clear();
    reply.caller_calls.clear();
    reply.finish_reason = "content_filter";
  }
  // Nobody may listen any more; the reply is complete all the same.
  if (is_remarkable(moderated)) {
    auto telling = tell_verdict(listener_, moderated);
    if (auto told = co_await std::move(telling); !told) co_return;
  }
  auto telling = tell(listener_, {.kind = TurnEvent::Kind::delta, .text = reply.text});
  [[maybe_unused]] auto told = co_await std::move(telling);
}

}  // namespace aiva::chat
