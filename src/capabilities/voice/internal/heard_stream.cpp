#include "capabilities/voice/internal/heard_stream.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "capabilities/voice/internal/detached_work.h"
#include "capabilities/voice/internal/speech_costs.h"
#include "capabilities/voice/internal/stream_formats.h"
#include "foundation/log.h"

namespace aiva::voice {
namespace {

using Kind = SpeechStreamEvent::Kind;

constexpr std::chrono::seconds open_time_max{6};
constexpr std::array<CallMs, 4> open_after_ms = {500, 2'000, 10'000, 30'000};
constexpr std::int64_t unheard_ms_max = 10'000;
constexpr CallMs final_wait_ms_max = 1'000;
constexpr std::size_t pieces_max = 200;
constexpr CallMs pay_every_ms = 1'000;
constexpr CallMs voice_tail_ms = 60;  // what the detector takes for a voice after the last word

void append_words(std::string& text, std::string_view more) {
  if (!text.empty() && !more.empty()) text += ' ';
  text += more;
}

}  // namespace

HeardStream::HeardStream(StreamingRecognizer& recognizer, CallContext context, AudioFormat format,
                         std::string language, Listener listener)
    : recognizer_(recognizer),
      context_(std::move(context)),
      settings_{.audio = stream_audio(format), .language = std::move(language)},
      listener_(std::move(listener)) {}

void HeardStream::begin() {
  is_opening_ = true;
  run_detached("A call's words could not be streamed", context_, run());
}

void HeardStream::end() {
  pay();
  is_over_ = true;
  stop_.request_stop();
  stream_.reset();
  wake();
}

void HeardStream::wake() { waiting_.wake(); }

Task<void> HeardStream::run() {
  auto self = shared_from_this();
  auto context = context_;
  context.cancellation = stop_.get_token();
  context.deadline = std::chrono::steady_clock::now() + open_time_max;
  auto opened = co_await recognizer_.open(context, settings_);
  is_opening_ = false;
  if (is_over_) co_return;
  if (!opened) {
    log::failure("A call's words are written down elsewhere", context_, opened.error());
    lose();
    open_at_ = now_ + open_after_ms.at(std::min(failures_++, open_after_ms.size() - 1));
    co_return;
  }
  stream_ = std::move(*opened);
  is_torn_ = is_in_utterance_ && !is_first_;
  pieces_.clear();
  rest_.clear();
  taken_turn_.clear();
  final_ms_ = taken_ms_ = paid_ms_ = 0;
  stream_->hear(std::exchange(unheard_, {}));
  co_await listen();
}

Task<void> HeardStream::listen() {
  auto self = shared_from_this();
  auto stream = stream_;
  auto context = context_;
  context.cancellation = stop_.get_token();
  while (true) {
    auto event = co_await stream->next(context);
    if (is_over_) co_return;
    if (!event) {
      log::failure("A call's words are written down elsewhere", context_, event.error());
      pay();
      billed_before_ms_ += paid_ms_;
      stream_.reset();
      lose();
      open_at_ = now_ + open_after_ms.at(std::min(failures_++, open_after_ms.size() - 1));
      wake();
      co_return;
    }
    failures_ = 0;
    take(*std::move(event));
    if (is_over_) co_return;
  }
}

void HeardStream::lose() {
  is_first_ = false;
  is_torn_ = is_in_utterance_;
  unheard_.clear();
}

void HeardStream::take(SpeechStreamEvent event) {
  bool is_told = recognizer_.takes_turns() ? take_turn(event) : take_words(event);
  if (is_told && !is_over_) listener_.hear(event);
  wake();
}

bool HeardStream::take_words(const SpeechStreamEvent& event) {
  if (event.kind == Kind::flushed) {
    ++flushed_;
    final_ms_ = std::max(final_ms_, event.until_ms);
    return false;
  }
  if (event.kind == Kind::words_paused) return true;
  bool is_taken = event.until_ms <= taken_ms_;  // it comes late
  if (event.kind == Kind::words) {
    rest_ = is_taken ? std::string() : event.text;
  } else if (event.kind == Kind::final_words) {
    rest_.clear();
    final_ms_ = std::max(final_ms_, event.until_ms);
    if (!is_taken && !event.text.empty())
      pieces_.push_back({.text = event.text, .until_ms = event.until_ms});
    if (pieces_.size() > pieces_max) pieces_.pop_front();
  }
  return !is_taken && !event.text.empty();
}

// A turn that was taken before it ended may go on: then it is a longer one.
bool HeardStream::take_turn(const SpeechStreamEvent& event) {
  if (is_torn_) return false;
  bool is_taken = !taken_turn_.empty() && event.text == taken_turn_;
  if (event.kind == Kind::turn_ended) {
    taken_turn_.clear();
    rest_.clear();
    return !is_taken && !event.text.empty();
  }
  if (is_taken) return false;
  rest_ = event.text;
  return true;
}

void HeardStream::hear(std::string_view audio) {
  if (stream_) return stream_->hear(audio);
  if (!is_opening_) return;
  unheard_ += audio;
  auto bytes_max = static_cast<std::size_t>(settings_.audio.bytes_in(unheard_ms_max));
  if (unheard_.size() > bytes_max) unheard_.erase(0, unheard_.size() - bytes_max);
}

void HeardStream::beat(CallMs now) {
  now_ = now;
  wake();
  if (is_over_) return;
  if (open_at_ && now >= *open_at_) {
    open_at_.reset();
    begin();
  }
  if (now >= pay_at_) {
    pay_at_ = now + pay_every_ms;
    pay();
  }
}

// What is paid is the difference of whole sums, so that rounding does not add up.
void HeardStream::pay() {
  if (!stream_ || is_over_) return;
  auto billed = stream_->billed_ms();
  if (billed == paid_ms_) return;
  auto until = [this](std::int64_t ms) {
    return cost_of_stream(recognizer_, billed_before_ms_ + ms);
  };
  auto cost = until(billed) - until(paid_ms_);
  paid_ms_ = billed;
  if (cost > 0) listener_.pay(cost);
}

void HeardStream::begin_utterance(int ms) {
  is_in_utterance_ = true;
  is_torn_ = !stream_ && !is_first_;
  if (!stream_ || recognizer_.takes_turns() || awaited_ > 0) return;
  auto from = stream_->heard_ms() - ms;
  std::erase_if(pieces_, [from](const Piece& piece) { return piece.until_ms <= from; });
}

void HeardStream::finish_utterance(std::int64_t mark) {
  is_in_utterance_ = is_torn_ = false;
  if (!stream_) return;
  if (recognizer_.takes_turns()) {
    taken_turn_ = std::exchange(rest_, {});
    return;
  }
  taken_ms_ = std::min(mark, stream_->heard_ms());
  std::erase_if(pieces_, [this](const Piece& piece) { return piece.until_ms <= taken_ms_; });
  if (final_ms_ < taken_ms_) rest_.clear();
}

std::string HeardStream::words() const {
  std::string words;
  for (const auto& piece : pieces_) append_words(words, piece.text);
  append_words(words, rest_);
  return words;
}

Task<std::optional<std::string>> HeardStream::final_words(CallMs silence_ms) {
  auto self = shared_from_this();
  auto stream = stream_;
  if (!stream || is_torn_) co_return std::nullopt;
  if (recognizer_.takes_turns()) {
    auto said = words();
    co_return said.empty() ? std::nullopt : std::optional(std::move(said));
  }
  auto voice_until = stream->heard_ms() - silence_ms - voice_tail_ms;
  auto flushed = flushed_;
  auto patience = now_ + final_wait_ms_max;
  bool is_late = false;
  if (final_ms_ < voice_until) stream->flush();
  ++awaited_;
  while (final_ms_ < voice_until && flushed == flushed_ && !is_late) {
    co_await waiting_.next();
    is_late = now_ >= patience || is_over_ || stream != stream_;
  }
  --awaited_;
  if (is_over_ || stream != stream_) co_return std::nullopt;
  auto said = words();
  if (is_late && said.empty()) co_return std::nullopt;
  co_return said;
}

}  // namespace aiva::voice
