#include "adapters/flite/flite_synthesizer.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "adapters/flite/internal/flite_voice.h"
#include "adapters/flite/internal/speakable_text.h"
#include "adapters/flite/internal/spoken_stream.h"
#include "audio/resampler.h"
#include "foundation/thread_pool.h"

namespace aiva {
namespace {

constexpr std::size_t characters_max = 2000;
// Made ahead of who takes it; beyond it the next sentence waits.
constexpr std::size_t seconds_ahead_max = 10;

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char byte) { return (byte & 0xC0) != 0x80; }));
}

bool is_voice(const std::string& name) {
  return std::ranges::find(FliteVoice::names(), name) != FliteVoice::names().end();
}

Result<void> check(const SpeechRequest& request) {
  if (count_characters(request.text) > characters_max)
    return fail(ErrorCode::too_large, "The text is longer than 2000 characters");
  if (!request.voice.empty() && !is_voice(request.voice))
    return fail(invalid_field("voice", "must be slt, rms, awb or kal16"));
  if (!request.language.empty() && request.language != "en" && !request.language.starts_with("en-"))
    return fail(invalid_field("language", "the packaged voices speak English only"));
  if (request.rate != 8000 && request.rate != 16'000 && request.rate != 24'000)
    return fail(invalid_field("rate", "must be 8000, 16000 or 24000"));
  if (!(request.speed >= 0.5 && request.speed <= 2))
    return fail(invalid_field("speed", "must be from 0.5 to 2"));
  return {};
}

// One text on its way: touched by the pool's thread only, but for the stream.
class Reading {
 public:
  Reading(const FliteVoice& voice, SpeechRequest request)
      : voice_(voice), request_(std::move(request)) {}

  SpokenStream& stream() { return stream_; }
  [[nodiscard]] int rate() const { return request_.rate; }

  // Makes the next sentence; false: there is no more to do.
  bool go_on() {
    if (stream_.is_cancelled()) return false;
    auto made = next_ == 0 ? begin() : Result<void>();
    if (made && next_ < sentences_.size()) made = speak(sentences_[next_++]);
    if (made && next_ < sentences_.size()) return true;
    if (made) {
      std::vector<std::int16_t> rest;
      if (resampler_) resampler_->finish(rest);
      stream_.put(std::move(rest));
    }
    stream_.end(std::move(made));
    return false;
  }

 private:
  Result<void> begin() {
    TRY(sentences_, voice_.cut(make_speakable(request_.text)));
    return {};
  }

  Result<void> speak(FliteSentence& sentence) {
    auto piece = [this](std::span<const std::int16_t> samples, int rate) {
      if (!resampler_) resampler_.emplace(rate, request_.rate);
      std::vector<std::int16_t> out;
      resampler_->feed(samples, out);
      return stream_.put(std::move(out));
    };
    return sentence.speak(request_.speed, piece);
  }

  const FliteVoice& voice_;
  const SpeechRequest request_;
  std::vector<FliteSentence> sentences_;
  std::size_t next_ = 0;
  std::optional<audio::Resampler> resampler_;
  SpokenStream stream_;
};

class FliteSynthesizer final : public SpeechSynthesizer {
 public:
  explicit FliteSynthesizer(FliteOptions options)
      : options_(std::move(options)),
        pool_({.name = "flite", .threads = 1, .queue_max = options_.queue_max}) {
    for (const auto& name : FliteVoice::names()) voices_.emplace(name, FliteVoice(name));
  }

  const std::string& provider() const override { return provider_; }
  std::vector<std::string> voices() const override { return FliteVoice::names(); }

  Task<Result<std::unique_ptr<SpeechAudio>>> speak(CallContext context,
                                                   SpeechRequest request) override {
    CO_TRY_VOID(context.check());
    CO_TRY_VOID(check(request));
    const auto& voice = voices_.at(request.voice.empty() ? options_.voice : request.voice);
    // Shared with the pool's thread, which may be at it when nobody listens any more.
    auto reading = std::make_shared<Reading>(voice, std::move(request));
    if (!post(reading))
      co_return fail(ErrorCode::unavailable, "The server is overloaded; try again");
    co_return std::make_unique<Audio>(*this, std::move(reading));
  }

 private:
  class Audio final : public SpeechAudio {
   public:
    Audio(FliteSynthesizer& synthesizer, std::shared_ptr<Reading> reading)
        : synthesizer_(synthesizer), reading_(std::move(reading)) {}
    ~Audio() override { reading_->stream().cancel(); }
    Audio(const Audio&) = delete;
    Audio& operator=(const Audio&) = delete;

    Task<Result<std::optional<std::vector<std::int16_t>>>> next(CallContext context) override {
      CO_TRY_VOID(context.check());
      auto taken = co_await reading_->stream().take(context.home);
      if (taken.should_go_on) synthesizer_.post_or_end(reading_);
      CO_TRY_VOID(context.check());
      CO_TRY_VOID(std::move(taken.outcome));
      if (taken.samples.empty()) co_return std::nullopt;
      co_return std::move(taken.samples);
    }

   private:
    FliteSynthesizer& synthesizer_;
    const std::shared_ptr<Reading> reading_;
  };

  bool post(const std::shared_ptr<Reading>& reading) {
    Work work = [this, reading] {
      if (!reading->go_on()) return;
      const auto samples_max = static_cast<std::size_t>(reading->rate()) * seconds_ahead_max;
      if (!reading->stream().park(samples_max)) post_or_end(reading);
    };
    return pool_.try_post(work);
  }

  void post_or_end(const std::shared_ptr<Reading>& reading) {
    if (!post(reading))
      reading->stream().end(
          fail(ErrorCode::unavailable, "The server is overloaded; the speech was cut"));
  }

  const FliteOptions options_;
  const std::string provider_ = "packaged";
  std::map<std::string, FliteVoice, std::less<>> voices_;
  ThreadPool pool_;
};

}  // namespace

Result<std::unique_ptr<SpeechSynthesizer>> make_flite_synthesizer(const FliteOptions& options) {
  if (!is_voice(options.voice))
    return fail(invalid_field("voice", "must be slt, rms, awb or kal16"));
  return std::make_unique<FliteSynthesizer>(options);
}

}  // namespace aiva
