#include "app/model_providers.h"

#include <algorithm>
#include <utility>

#include "adapters/onnx/byte_products.h"
#include "adapters/onnx/onnx_text_embedder.h"
#include "adapters/onnx/sentence_piece_tokenizer.h"
#include "adapters/openai/openai.h"

namespace aiva::app {
namespace {

// Says no to every text: search goes on with keywords.
class NoTextEmbedder final : public TextEmbedder {
 public:
  [[nodiscard]] const std::string& model() const override { return model_; }
  [[nodiscard]] std::size_t dimension() const override { return 0; }
  [[nodiscard]] std::size_t tokens_max() const override { return 512; }
  Task<Result<Embeddings>> embed(CallContext, std::vector<std::string>) override {
    co_return fail(ErrorCode::unavailable, "No text embedder is configured");
  }

 private:
  std::string model_ = "none";
};

// English has about four bytes to a token, other scripts fewer; erring high keeps pieces within
// what the embedder reads.
int estimate_tokens(std::string_view text) {
  auto wide = std::ranges::count_if(text, [](char c) { return static_cast<signed char>(c) < 0; });
  auto narrow = static_cast<std::ptrdiff_t>(text.size()) - wide;
  return static_cast<int>((narrow + 3) / 4 + (wide + 2) / 3);
}

Result<EmbedderChoice> make_packaged(const Config& config, const Paths& paths) {
  auto folder = paths.native / "sentence_encoder";
  const auto& precision = config.embedder.precision;
  bool is_int8 = precision == "int8" || (precision == "auto" && has_fast_byte_products());
  const auto* model = is_int8 ? "sentence_encoder_int8.onnx" : "sentence_encoder.onnx";
  OnnxEmbedderOptions options{.library_path = paths.onnxruntime,
                              .model_path = folder / model,
                              .vocab_path = folder / "sentence_encoder.vocab",
                              .threads = static_cast<std::size_t>(config.embedder.threads)};
  EmbedderChoice choice;
  TRY(choice.embedder, make_onnx_text_embedder(options));
  TRY(choice.count_tokens, make_token_counter(options.vocab_path));
  return choice;
}

}  // namespace

Result<EmbedderChoice> make_embedder(const Config& config, const Paths& paths, HttpClient& http) {
  if (config.embedder.provider == "packaged") return make_packaged(config, paths);
  EmbedderChoice choice{.embedder = std::make_unique<NoTextEmbedder>(),
                        .count_tokens = estimate_tokens};
  if (config.embedder.provider == "openai") {
    OpenAiEmbedderOptions options{.server = {.base_url = config.embedder.base_url,
                                             .api_key = config.embedder.api_key,
                                             .default_model = config.embedder.model},
                                  .dimension = static_cast<std::size_t>(config.embedder.dimension)};
    choice.embedder = make_openai_text_embedder(std::move(options), http);
  }
  return choice;
}

Result<std::unique_ptr<ChatModel>> make_chat_model(const Config& config, HttpClient& http) {
  if (config.chat_model.provider == "none") return std::unique_ptr<ChatModel>();
  OpenAiOptions options{.base_url = config.chat_model.base_url,
                        .api_key = config.chat_model.api_key,
                        .default_model = config.chat_model.model};
  return make_openai_chat_model(std::move(options), http);
}

}  // namespace aiva::app
