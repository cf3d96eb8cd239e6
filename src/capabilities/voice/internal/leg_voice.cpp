#include "capabilities/voice/internal/leg_voice.h"

#include <utility>

#include "capabilities/voice/internal/samples.h"
#include "capabilities/voice/internal/stream_formats.h"
#include "foundation/log.h"

namespace aiva::voice {
namespace {

constexpr CallMs rest_ms = 10'000;

// Rates at which a leg's linear audio may be said by a stream; G.711 always.
bool can_be_streamed(AudioFormat format) {
  return format.coding != Coding::pcm16 || format.rate == 8'000 || format.rate == 16'000 ||
         format.rate == 24'000 || format.rate == 48'000;
}

}  // namespace

class LegVoice::Plain final : public LegAudio {
 public:
  Plain(std::unique_ptr<SpeechAudio> audio, AudioFormat format, std::string provider)
      : audio_(std::move(audio)), format_(format), provider_(std::move(provider)) {}

  Task<Result<std::optional<std::string>>> next(CallContext context) override {
    CO_TRY(auto samples, co_await audio_->next(std::move(context)));
    if (!samples) co_return std::nullopt;
    co_return std::optional(to_bytes(format_, *samples));
  }
  [[nodiscard]] const std::string& provider() const override { return provider_; }

 private:
  std::unique_ptr<SpeechAudio> audio_;
  AudioFormat format_;
  std::string provider_;
};

// Goes over to the synthesizer when the stream fails before it has sounded.
class LegVoice::Streamed final : public LegAudio {
 public:
  Streamed(std::shared_ptr<LegVoice> voice, std::string text)
      : voice_(std::move(voice)), number_(voice_->number_), text_(std::move(text)) {}

  Task<Result<std::optional<std::string>>> next(CallContext context) override {
    if (!instead_) {
      auto piece = co_await voice_->next(context, number_);
      if (piece) has_sounded_ = true;
      if (piece || has_sounded_ || !context.check()) co_return piece;
      voice_->leave_stream(piece.error(), context);
      CO_TRY(instead_, co_await voice_->speak_plainly(context, text_));
    }
    co_return co_await instead_->next(std::move(context));
  }
  [[nodiscard]] const std::string& provider() const override {
    return instead_ ? instead_->provider() : voice_->provider_;
  }

 private:
  std::shared_ptr<LegVoice> voice_;  // lives as long as what it says
  std::uint64_t number_;
  std::string text_;
  std::unique_ptr<LegAudio> instead_{};
  bool has_sounded_ = false;
};

LegVoice::LegVoice(SpeechSynthesizer& synthesizer, StreamingSynthesizer* streams,
                   AudioFormat format, std::string voice)
    : synthesizer_(synthesizer), format_(format) {
  if (streams == nullptr || !can_be_streamed(format)) return;
  provider_ = streams->provider();
  stream_ = streams->make({.audio = stream_audio(format), .voice = std::move(voice)});
}

void LegVoice::beat(CallMs now) {
  now_ = now;
  wake();
}

void LegVoice::wake() { waiting_.wake(); }

void LegVoice::release() {
  is_busy_ = false;
  wake();
}

void LegVoice::clear() {
  ++number_;
  if (stream_) stream_->clear();
}

Task<Result<std::unique_ptr<LegAudio>>> LegVoice::speak(CallContext context, std::string text) {
  if (stream_ && now_ >= rests_until_) {
    auto begun = co_await begin(context, text);
    if (begun) {
      std::unique_ptr<LegAudio> audio =
          std::make_unique<Streamed>(shared_from_this(), std::move(text));
      co_return std::move(audio);
    }
    CO_TRY_VOID(context.check());
    leave_stream(begun.error(), context);
  }
  co_return co_await speak_plainly(std::move(context), std::move(text));
}

Task<Result<std::unique_ptr<LegAudio>>> LegVoice::speak_plainly(CallContext context,
                                                                std::string text) {
  CO_TRY(auto audio,
         co_await synthesizer_.speak(context, {.text = std::move(text), .rate = format_.rate}));
  std::unique_ptr<LegAudio> plain =
      std::make_unique<Plain>(std::move(audio), format_, synthesizer_.provider());
  co_return std::move(plain);
}

void LegVoice::leave_stream(const Error& error, const CallContext& context) {
  log::failure("A call's sentence is said by another voice", context, error);
  rests_until_ = now_ + rest_ms;
}

// What was broken off comes back to whoever waited for it in a moment.
Task<void> LegVoice::wait_for_turn() {
  while (is_busy_) co_await waiting_.next();
  is_busy_ = true;
}

Task<Result<void>> LegVoice::begin(CallContext context, std::string text) {
  co_await wait_for_turn();
  ++number_;
  auto begun = co_await stream_->say(std::move(context), std::move(text));
  release();
  co_return begun;
}

Task<Result<std::optional<std::string>>> LegVoice::next(CallContext context, std::uint64_t number) {
  co_await wait_for_turn();
  if (number != number_) {
    release();
    co_return std::nullopt;  // another text is said
  }
  auto piece = co_await stream_->next(std::move(context));
  release();
  co_return piece;
}

}  // namespace aiva::voice
