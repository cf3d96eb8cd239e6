#include "adapters/onnx/moonshine_recognizer.h"

#include <algorithm>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/onnx/internal/moonshine_model.h"
#include "adapters/onnx/internal/spoken_pieces.h"
#include "adapters/onnx/internal/utterance_pieces.h"
#include "audio/resampler.h"
#include "foundation/thread_pool.h"

namespace aiva {
namespace {

constexpr std::size_t seconds_max = 120;
// Cut at the end of a breath rather than at the length the model bears at most.
constexpr auto piece_samples_max =
    static_cast<std::size_t>(MoonshineModel::seconds_max * MoonshineModel::rate);
constexpr std::size_t piece_samples_min = MoonshineModel::rate / 2;
constexpr std::size_t word_samples_min = MoonshineModel::rate / 20;

bool is_english(std::string_view language) {
  return language.empty() || language == "en" || language.starts_with("en-");
}

// Shorter pieces, which it was not trained on, get silence behind them.
std::vector<float> to_floats(std::span<const std::int16_t> samples) {
  std::vector<float> floats(std::max(samples.size(), piece_samples_min));
  std::ranges::transform(samples, floats.begin(),
                         [](std::int16_t sample) { return static_cast<float>(sample) / 32'768; });
  return floats;
}

class MoonshineRecognizer final : public SpeechRecognizer {
 public:
  MoonshineRecognizer(MoonshineOptions options, SpokenPieces pieces)
      : options_(std::move(options)),
        pieces_(std::move(pieces)),
        pool_({.name = "recognizer",
               .threads = std::max<std::size_t>(1, options_.threads),
               .queue_max = options_.queue_max}) {
    // What fails now is told to the first who asks.
    if (options_.opens_early) pool_.post([this] { (void)get_model(); });
  }

  const std::string& provider() const override { return provider_; }
  const std::string& model() const override { return model_name_; }

  Task<Result<Transcript>> recognize(CallContext context, Utterance utterance) override {
    if (utterance.rate != 8000 && utterance.rate != MoonshineModel::rate)
      co_return fail(invalid_field("rate", "must be 8000 or 16000"));
    if (!is_english(utterance.language))
      co_return fail(invalid_field("language", "the packaged recognizer understands English only"));
    if (utterance.samples.size() > seconds_max * static_cast<std::size_t>(utterance.rate))
      co_return fail(ErrorCode::too_large, "The utterance is longer than 120 seconds");
    auto transcript =
        co_await run_on(pool_, context, [&, this] { return write_down(context, utterance); });
    co_return transcript;
  }

 private:
  Result<Transcript> write_down(const CallContext& context, const Utterance& utterance) {
    Transcript transcript{
        .language = "en",
        .audio_seconds = static_cast<double>(utterance.samples.size()) / utterance.rate};
    TRY(const auto* model, get_model());
    const auto samples = audio::resample(utterance.samples, utterance.rate, MoonshineModel::rate);
    for (auto piece : cut_utterance(samples, MoonshineModel::rate, piece_samples_max)) {
      if (piece.size() < word_samples_min || is_silent(piece, MoonshineModel::rate)) continue;
      TRY(auto ids, model->write_down(context, to_floats(piece)));
      auto text = pieces_.text_of(ids);
      if (!text.empty() && !transcript.text.empty()) transcript.text += ' ';
      transcript.text += text;
    }
    return transcript;
  }

  // Opens it once, by whichever thread comes first; what failed is tried again by the next.
  Result<const MoonshineModel*> get_model() {
    std::lock_guard lock(mutex_);
    if (!model_) {
      TRY(model_, MoonshineModel::open(options_.library_path, options_.folder));
    }
    return model_.get();
  }

  const MoonshineOptions options_;
  const SpokenPieces pieces_;
  const std::string provider_ = "packaged";
  const std::string model_name_ = "moonshine-tiny-en";
  std::mutex mutex_;
  std::unique_ptr<MoonshineModel> model_;
  ThreadPool pool_;
};

}  // namespace

Result<std::unique_ptr<SpeechRecognizer>> make_moonshine_recognizer(
    const MoonshineOptions& options) {
  for (const char* name : {"encoder.onnx", "decoder.onnx"}) {
    std::error_code error;
    if (!std::filesystem::exists(options.folder / name, error))
      return fail(ErrorCode::unavailable, "The packaged recognizer is missing; run ./dev setup",
                  (options.folder / name).string());
  }
  TRY(auto pieces, SpokenPieces::load(options.folder / "llama-tokenizer.js"));
  return std::make_unique<MoonshineRecognizer>(options, std::move(pieces));
}

}  // namespace aiva
