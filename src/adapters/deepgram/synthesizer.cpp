#include <bit>
#include <cstring>
#include <utility>

#include "adapters/deepgram/deepgram.h"
#include "adapters/deepgram/internal/request.h"
#include "foundation/json_writer.h"

namespace aiva {
namespace {

static_assert(std::endian::native == std::endian::little, "samples arrive as they lie in memory");

constexpr std::size_t text_bytes_max = 8'000;              // 2000 characters
constexpr std::size_t audio_bytes_max = 32 * 1024 * 1024;  // more than the longest text takes
constexpr std::size_t refusal_bytes_max = 16 * 1024;

class DeepgramAudio final : public SpeechAudio {
 public:
  explicit DeepgramAudio(std::unique_ptr<HttpStream> stream) : stream_(std::move(stream)) {}

  Task<Result<std::optional<std::vector<std::int16_t>>>> next(CallContext context) override {
    while (true) {
      CO_TRY(auto piece, co_await stream_->next(context));
      if (!piece && !rest_.empty())
        co_return fail(ErrorCode::unavailable, "The connection broke off", "half a sample");
      if (!piece) co_return std::nullopt;
      rest_ += *piece;
      std::vector<std::int16_t> samples(rest_.size() / sizeof(std::int16_t));
      if (samples.empty()) continue;
      std::memcpy(samples.data(), rest_.data(), samples.size() * sizeof(std::int16_t));
      rest_.erase(0, samples.size() * sizeof(std::int16_t));
      co_return std::optional(std::move(samples));
    }
  }

 private:
  std::unique_ptr<HttpStream> stream_;
  std::string rest_{};  // half a sample
};

class DeepgramSynthesizer final : public SpeechSynthesizer {
 public:
  DeepgramSynthesizer(DeepgramOptions options, HttpClient& http)
      : options_(std::move(options)), http_(http) {}

  [[nodiscard]] const std::string& provider() const override { return name_; }
  [[nodiscard]] std::vector<std::string> voices() const override { return {}; }

  Task<Result<std::unique_ptr<SpeechAudio>>> speak(CallContext context,
                                                   SpeechRequest request) override {
    bool has_rate = request.rate == 8'000 || request.rate == 16'000 || request.rate == 24'000;
    if (!has_rate) co_return fail(ErrorCode::invalid, "The voice has no such sample rate");
    if (request.speed != 1.0) co_return fail(ErrorCode::invalid, "The voice has one speed only");
    if (request.text.size() > text_bytes_max)
      co_return fail(ErrorCode::too_large, "The text is too long for one piece of speech");
    auto path = "/v1/speak?model=" +
                deepgram::escape(request.voice.empty() ? options_.voice : request.voice) +
                "&encoding=linear16&container=none&sample_rate=" + std::to_string(request.rate);
    std::string body;
    JsonWriter(body).begin_object().field("text", request.text).end_object();
    auto http = deepgram::make_request(options_, path, "application/json", std::move(body));
    http.response_bytes_max = audio_bytes_max;
    CO_TRY(auto stream, co_await http_.open(context, std::move(http)));
    if (stream->head().status < 200 || stream->head().status > 299) {
      auto refused = co_await read_refusal(context, std::move(stream));
      co_return fail(std::move(refused));
    }
    co_return std::make_unique<DeepgramAudio>(std::move(stream));
  }

 private:
  Task<Error> read_refusal(CallContext context, std::unique_ptr<HttpStream> stream) {
    auto answer = stream->head();
    while (answer.body.size() < refusal_bytes_max) {
      auto piece = co_await stream->next(context);
      if (!piece || !*piece) break;
      answer.body += **piece;
    }
    co_return deepgram::describe_answer(answer, options_);
  }

  std::string name_ = "deepgram";
  DeepgramOptions options_;
  HttpClient& http_;
};

}  // namespace

std::unique_ptr<SpeechSynthesizer> make_deepgram_synthesizer(DeepgramOptions options,
                                                             HttpClient& http) {
  return std::make_unique<DeepgramSynthesizer>(std::move(options), http);
}

}  // namespace aiva
