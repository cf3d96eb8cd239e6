#include "capabilities/chat/internal/reply_builder.h"

#include <utility>

#include "capabilities/chat/internal/turn.h"

namespace aiva::chat {

Task<Result<void>> tell(TurnListener& listener, TurnEvent event) {
  if (!listener) co_return Result<void>();
  auto heard = listener(std::move(event));
  auto told = co_await std::move(heard);
  co_return told;
}

ReplyBuilder::ReplyBuilder(TurnListener listener, const Hosts& hosts, const PersonalMask& mask,
                           Options options)
    : listener_(std::move(listener)), options_(options), links_(hosts), unmask_(mask) {}

std::string ReplyBuilder::clean(std::string_view piece) {
  auto text = frames_.push(piece);
  if (!options_.is_verbatim) text = links_.push(citations_.push(text));
  return unmask_.push(text);
}

std::string ReplyBuilder::rest() {
  auto text = frames_.finish();
  if (!options_.is_verbatim) {
    text = citations_.push(text);
    text += citations_.finish();
    text = links_.push(text);
    text += links_.finish();
  }
  text = unmask_.push(text);
  text += unmask_.finish();
  return admit(std::move(text));
}

std::string ReplyBuilder::admit(std::string cleaned) {
  if (!options_.must_cite || !citations_.cited().empty())
    return std::exchange(uncited_, {}) + cleaned;
  uncited_ += cleaned;
  return {};
}

Task<Result<void>> ReplyBuilder::add(std::string piece) {
  if (piece.empty()) co_return Result<void>();
  auto telling = tell_on(admit(clean(piece)));
  auto told = co_await std::move(telling);
  co_return told;
}

Task<Result<void>> ReplyBuilder::end_round() {
  auto telling = tell_on(rest());
  auto told = co_await std::move(telling);
  is_new_round_ = true;
  co_return told;
}

Task<Result<void>> ReplyBuilder::say(std::string text) {
  uncited_.clear();
  auto telling = tell_on(std::move(text));
  auto told = co_await std::move(telling);
  co_return told;
}

Task<Result<void>> ReplyBuilder::tell_on(std::string piece) {
  if (piece.empty()) co_return Result<void>();
  if (std::exchange(is_new_round_, false) && !text_.empty()) piece = "\n\n" + piece;
  text_ += piece;
  auto telling = tell(listener_, {.kind = TurnEvent::Kind::delta, .text = std::move(piece)});
  auto told = co_await std::move(telling);
  co_return told;
}

}  // namespace aiva::chat
