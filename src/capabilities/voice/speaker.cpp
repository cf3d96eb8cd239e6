#include "capabilities/voice/speaker.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "audio/wav_writer.h"
#include "capabilities/voice/internal/call_checks.h"
#include "capabilities/voice/internal/samples.h"
#include "capabilities/voice/internal/speech_costs.h"
#include "capabilities/voice/spoken_words.h"
#include "foundation/ids.h"
#include "foundation/log.h"

namespace aiva::voice {
namespace {

constexpr std::size_t text_bytes_max = 4000;
constexpr std::size_t kept_bytes_max = 512 * 1024;
constexpr std::size_t wav_header_bytes = 44;
constexpr std::chrono::minutes time_max{5};
constexpr std::int64_t ms_per_second = 1000;

std::string_view name_of(SoundFile file) {
  switch (file) {
    case SoundFile::wav: return "wav";
    case SoundFile::pcmu: return "pcmu";
    case SoundFile::pcma: return "pcma";
  }
  return "";
}

AudioFormat format_of(const SpeechWish& wish) {
  switch (wish.file) {
    case SoundFile::wav: break;
    case SoundFile::pcmu: return {.coding = Coding::pcmu};
    case SoundFile::pcma: return {.coding = Coding::pcma};
  }
  return {.rate = wish.rate};
}

Result<void> check(const SpeechWish& wish) {
  FieldChecks checks;
  checks.prose("text", wish.text, text_bytes_max);
  if (wish.text.empty()) checks.add("text", "is needed");
  checks.line("voice", wish.voice, 100);
  checks.line("language", wish.language, 35);
  if (wish.rate != 8'000 && wish.rate != 16'000 && wish.rate != 24'000)
    checks.add("rate", "must be 8000, 16000 or 24000");
  else if (wish.file != SoundFile::wav && wish.rate != 8'000)
    checks.add("rate", "must be 8000 for G.711");
  return checks.finish();
}

// The file as it goes out, and as it is kept.
class SoundWriter {
 public:
  SoundWriter(const SpeechWish& wish, Speaker::Listener& listener)
      : is_wav_(wish.file == SoundFile::wav), format_(format_of(wish)), listener_(listener) {}

  Task<Result<void>> write(std::vector<std::int16_t> samples) {
    auto bytes = to_bytes(format_, samples);
    frames_ += samples.size();
    if (kept_.size() + bytes.size() <= kept_bytes_max - wav_header_bytes)
      kept_ += bytes;
    else
      is_too_long_ = true;
    if (is_wav_ && !has_begun_) bytes.insert(0, audio::make_wav_header(format_.rate, 1, {}));
    has_begun_ = true;
    auto sending = listener_(std::move(bytes));
    auto sent = co_await std::move(sending);
    co_return sent;
  }

  // Nothing when there is no sound, or too much.
  std::optional<SpokenAudio> take(SoundFile file) {
    if (frames_ == 0 || is_too_long_) return std::nullopt;
    if (is_wav_) kept_.insert(0, audio::make_wav_header(format_.rate, 1, frames_));
    return SpokenAudio{
        .content_type = std::string(media_type_of(file)),
        .audio = std::move(kept_),
        .duration_ms = static_cast<std::int64_t>(frames_) * ms_per_second / format_.rate};
  }

 private:
  bool is_wav_;
  AudioFormat format_;
  Speaker::Listener& listener_;
  std::string kept_{};
  std::uint64_t frames_ = 0;
  bool has_begun_ = false;
  bool is_too_long_ = false;
};

class CachedSpeaker final : public Speaker {
 public:
  CachedSpeaker(SpeakerParts parts, std::string default_voice)
      : parts_(parts), default_voice_(std::move(default_voice)) {}

  Task<Result<void>> say(CallContext context, SpeechWish wish, Listener listener) override;

 private:
  [[nodiscard]] SpokenText name_in_cache(const SpeechWish& wish) const;
  // True: it was kept, and is sent.
  Task<Result<bool>> repeat(CallContext context, SpokenText name, Listener& listener);
  // Adds what is said to `cost`, also when it fails then.
  Task<Result<void>> make(CallContext context, const SpeechWish& wish, SoundWriter& writer,
                          billing::MicroUsd& cost);
  Task<Result<void>> make_sentence(CallContext context, SpeechRequest request, SoundWriter& writer,
                                   billing::MicroUsd& cost);
  Task<Result<void>> pay(CallContext context, const SpeechWish& wish, billing::MicroUsd cost);

  SpeakerParts parts_;
  std::string default_voice_;
};

// The file's form is part of it: other audio of the same text and voice is kept beside it.
SpokenText CachedSpeaker::name_in_cache(const SpeechWish& wish) const {
  return {.provider = parts_.synthesizer.provider() + "/" + std::string(name_of(wish.file)) + "/" +
                      std::to_string(wish.rate),
          .voice = wish.voice.empty() ? default_voice_ : wish.voice,
          .language = wish.language,
          .text = wish.text};
}

Task<Result<bool>> CachedSpeaker::repeat(CallContext context, SpokenText name, Listener& listener) {
  auto finding = parts_.cache.find(context, std::move(name));
  CO_TRY(auto found, co_await std::move(finding));
  if (!found) co_return false;
  auto counting = parts_.cache.hit(context, found->id);
  auto counted = co_await std::move(counting);
  if (!counted && counted.error().code != ErrorCode::not_found)
    log::failure("A use of kept audio was not counted", context, counted.error());
  auto sending = listener(std::move(found->audio));
  CO_TRY_VOID(co_await std::move(sending));
  co_return true;
}

Task<Result<void>> CachedSpeaker::make_sentence(CallContext context, SpeechRequest request,
                                                SoundWriter& writer, billing::MicroUsd& cost) {
  auto sentence_cost = cost_of_saying(parts_.synthesizer.provider(), request.text);
  auto speaking = parts_.synthesizer.speak(context, std::move(request));
  CO_TRY(auto audio, co_await std::move(speaking));
  cost += sentence_cost;
  while (true) {
    CO_TRY(auto samples, co_await audio->next(context));
    if (!samples) co_return Result<void>{};
    if (samples->empty()) continue;
    auto writing = writer.write(std::move(*samples));
    CO_TRY_VOID(co_await std::move(writing));
  }
}

Task<Result<void>> CachedSpeaker::make(CallContext context, const SpeechWish& wish,
                                       SoundWriter& writer, billing::MicroUsd& cost) {
  SentenceCutter cutter;
  cutter.add(wish.text);
  for (auto sentence = cutter.take(true); !sentence.empty(); sentence = cutter.take(true)) {
    auto making = make_sentence(context,
                                {.text = std::move(sentence),
                                 .voice = wish.voice,
                                 .language = wish.language.substr(0, wish.language.find('-')),
                                 .rate = wish.rate},
                                writer, cost);
    CO_TRY_VOID(co_await std::move(making));
  }
  co_return Result<void>{};
}

Task<Result<void>> CachedSpeaker::pay(CallContext context, const SpeechWish& wish,
                                      billing::MicroUsd cost) {
  if (cost == 0) co_return Result<void>{};
  billing::Charge charge{.operation = "speech",
                         .reference = "spoken:" + Uuid::make().to_string(),
                         .base = cost,
                         .model = parts_.synthesizer.provider(),
                         .agent = wish.agent,
                         .key = context.api_key};
  // Whoever listened may be gone.
  CallContext paying{.tenant = context.tenant, .user = context.user, .home = context.home};
  auto writing = write(parts_.database, paying, [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(parts_.billing.charge(sql, context.tenant, charge));
    return {};
  });
  auto paid = co_await std::move(writing);
  co_return paid;
}

Task<Result<void>> CachedSpeaker::say(CallContext context, SpeechWish wish, Listener listener) {
  CO_TRY_VOID(check(wish));
  context.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + time_max);
  auto name = name_in_cache(wish);
  auto repeating = repeat(context, name, listener);
  CO_TRY(bool is_said, co_await std::move(repeating));
  if (is_said) co_return Result<void>{};
  auto least = cost_of_saying(parts_.synthesizer.provider(), wish.text);
  if (least > 0) CO_TRY_VOID(co_await parts_.billing.require(context, context.tenant, least));
  SoundWriter writer(wish, listener);
  billing::MicroUsd cost = 0;
  auto making = make(context, wish, writer, cost);
  auto made = co_await std::move(making);
  auto paying = pay(context, wish, cost);
  auto paid = co_await std::move(paying);
  if (!paid) log::failure("Speech was not paid for", context, paid.error());
  if (!made) co_return made;
  auto audio = writer.take(wish.file);
  if (!audio) co_return Result<void>{};
  auto keeping = parts_.cache.add(context, std::move(name), std::move(*audio));
  auto kept = co_await std::move(keeping);
  if (!kept) log::failure("Audio was not kept", context, kept.error());
  co_return Result<void>{};
}

}  // namespace

std::string_view media_type_of(SoundFile file) {
  switch (file) {
    case SoundFile::wav: return "audio/wav";
    case SoundFile::pcmu: return "audio/basic";  // RFC 2046: mu-law of 8000 samples a second
    case SoundFile::pcma: return "audio/x-alaw-basic";
  }
  return "";
}

std::unique_ptr<Speaker> make_speaker(SpeakerParts parts, std::string default_voice) {
  return std::make_unique<CachedSpeaker>(parts, std::move(default_voice));
}

}  // namespace aiva::voice
