#include <bit>
#include <cstring>
#include <string_view>
#include <utility>

#include "adapters/deepgram/deepgram.h"
#include "adapters/deepgram/internal/reading.h"
#include "adapters/deepgram/internal/request.h"
#include "foundation/json.h"

namespace aiva {
namespace {

static_assert(std::endian::native == std::endian::little, "samples are sent as they lie in memory");

constexpr std::size_t answer_bytes_max = 1024 * 1024;

// {"metadata":{"duration":s},"results":{"channels":[{"detected_language":"en",
// "alternatives":[{"transcript":"…"}]}]}}
Result<Transcript> read_transcript(std::string_view text) {
  auto body = json::parse(text);
  const auto* answer = body ? body->if_object() : nullptr;
  const auto* channel = deepgram::first_of(deepgram::object_of(answer, "results"), "channels");
  const auto* words = deepgram::first_of(channel, "alternatives");
  if (words == nullptr)
    return fail(ErrorCode::unavailable, "The speech provider's answer is malformed",
                body ? "no alternatives" : body.error().message);
  return Transcript{.text = deepgram::text_of(*words, "transcript"),
                    .language = deepgram::text_of(*channel, "detected_language")};
}

class DeepgramRecognizer final : public SpeechRecognizer {
 public:
  DeepgramRecognizer(DeepgramOptions options, HttpClient& http)
      : options_(std::move(options)), http_(http) {}

  [[nodiscard]] const std::string& provider() const override { return name_; }
  [[nodiscard]] const std::string& model() const override { return options_.model; }

  Task<Result<Transcript>> recognize(CallContext context, Utterance utterance) override {
    if (utterance.rate != 8'000 && utterance.rate != 16'000)
      co_return fail(ErrorCode::invalid, "Utterances have 8000 or 16000 samples a second");
    if (utterance.samples.empty()) co_return Transcript{};
    std::string bytes(utterance.samples.size() * sizeof(std::int16_t), '\0');
    std::memcpy(bytes.data(), utterance.samples.data(), bytes.size());
    auto request = deepgram::make_request(options_, path_for(utterance), "application/octet-stream",
                                          std::move(bytes));
    request.response_bytes_max = answer_bytes_max;
    CO_TRY(auto answer, co_await http_.send(context, std::move(request)));
    if (answer.status < 200 || answer.status > 299)
      co_return fail(deepgram::describe_answer(answer, options_));
    CO_TRY(auto transcript, read_transcript(answer.body));
    transcript.audio_seconds =
        static_cast<double>(utterance.samples.size()) / static_cast<double>(utterance.rate);
    if (transcript.language.empty()) transcript.language = utterance.language;
    co_return transcript;
  }

 private:
  [[nodiscard]] std::string path_for(const Utterance& utterance) const {
    auto path = "/v1/listen?model=" + deepgram::escape(options_.model) +
                "&encoding=linear16&channels=1&smart_format=true&sample_rate=" +
                std::to_string(utterance.rate);
    if (utterance.language.empty()) return path + "&detect_language=true";
    return path + "&language=" + deepgram::escape(utterance.language);
  }

  std::string name_ = "deepgram";
  DeepgramOptions options_;
  HttpClient& http_;
};

}  // namespace

std::unique_ptr<SpeechRecognizer> make_deepgram_recognizer(DeepgramOptions options,
                                                           HttpClient& http) {
  return std::make_unique<DeepgramRecognizer>(std::move(options), http);
}

}  // namespace aiva
