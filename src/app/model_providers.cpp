#include "app/model_providers.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "adapters/onnx/byte_products.h"
#include "adapters/onnx/clip_image_model.h"
#include "adapters/onnx/cross_encoder.h"
#include "adapters/onnx/detector_image_model.h"
#include "adapters/onnx/onnx_text_embedder.h"
#include "adapters/onnx/sentence_piece_tokenizer.h"
#include "adapters/openai/openai.h"
#include "app/added_models.h"
#include "foundation/log.h"

namespace aiva::app {
namespace {

constexpr std::size_t own_threads_max = 4;  // unless somebody asks for more

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

// Says no to every picture.
class NoImageModel final : public ImageModel {
 public:
  explicit NoImageModel(Error reason) : reason_(std::move(reason)) {}
  [[nodiscard]] const std::string& model() const override { return model_; }
  [[nodiscard]] std::size_t dimension() const override { return 0; }
  [[nodiscard]] int picture_side() const override { return 256; }
  [[nodiscard]] bool has_text() const override { return false; }
  Task<Result<SeenPictures>> embed_images(CallContext, std::vector<Picture>) override {
    co_return fail(reason_);
  }
  Task<Result<Embeddings>> embed_texts(CallContext, std::vector<std::string>) override {
    co_return fail(reason_);
  }

 private:
  std::string model_ = "none";
  Error reason_;
};

ExecutionProvider provider_of(const Config& config) {
  if (config.images.execution_provider == "cpu") return ExecutionProvider::cpu;
  if (config.images.execution_provider == "cuda") return ExecutionProvider::cuda;
  return ExecutionProvider::automatic;
}

Result<std::unique_ptr<ImageModel>> make_added(const Config& config, const Paths& paths,
                                               const std::filesystem::path& data_folder) {
  TRY(auto added, find_added_clip(data_folder, config.images.model));
  return make_clip_image_model({.library_path = paths.onnxruntime,
                                .folder = added_model_folder(data_folder, added.name),
                                .model = added.model,
                                .dimension = added.dimension,
                                .provider = provider_of(config),
                                .threads = static_cast<std::size_t>(config.images.concurrency)});
}

// English has about four bytes to a token, other scripts fewer; erring high keeps pieces within
// what the embedder reads.
int estimate_tokens(std::string_view text) {
  auto wide = std::ranges::count_if(text, [](char c) { return static_cast<signed char>(c) < 0; });
  auto narrow = static_cast<std::ptrdiff_t>(text.size()) - wide;
  return static_cast<int>((narrow + 3) / 4 + (wide + 2) / 3);
}

std::size_t embedder_threads(const Config& config) {
  if (config.embedder.threads > 0) return static_cast<std::size_t>(config.embedder.threads);
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, own_threads_max);
}

Result<EmbedderChoice> make_packaged(const Config& config, const Paths& paths) {
  auto folder = paths.native / "sentence_encoder";
  const auto& precision = config.embedder.precision;
  bool is_int8 = precision == "int8" || (precision == "auto" && has_fast_byte_products());
  const auto* model = is_int8 ? "sentence_encoder_int8.onnx" : "sentence_encoder.onnx";
  OnnxEmbedderOptions options{.library_path = paths.onnxruntime,
                              .model_path = folder / model,
                              .vocab_path = folder / "sentence_encoder.vocab",
                              .threads = embedder_threads(config)};
  EmbedderChoice choice;
  TRY(choice.embedder, make_onnx_text_embedder(options));
  TRY(choice.count_tokens, make_token_counter(options.vocab_path));
  return choice;
}

OpenAiLimits limits_of(const Config& config) {
  return {.requests_per_minute = static_cast<double>(config.embedder.requests_per_minute),
          .tokens_per_minute = static_cast<double>(config.embedder.tokens_per_minute)};
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
                                  .dimension = static_cast<std::size_t>(config.embedder.dimension),
                                  .limits = limits_of(config),
                                  .estimate_tokens = estimate_tokens};
    choice.embedder = make_openai_text_embedder(std::move(options), http);
  }
  return choice;
}

Result<std::unique_ptr<ImageModel>> make_image_model(const Config& config, const Paths& paths,
                                                     const std::filesystem::path& data_folder) {
  auto threads = static_cast<std::size_t>(config.images.concurrency);
  if (config.images.model != "packaged") return make_added(config, paths, data_folder);
  auto model =
      make_detector_image_model({.library_path = paths.onnxruntime,
                                 .model_path = paths.native / "image_model" / "image_model.onnx",
                                 .provider = provider_of(config),
                                 .threads = threads});
  if (model) return model;
  log::warn("Images cannot be searched", {{"reason", model.error().message}});
  return std::make_unique<NoImageModel>(std::move(model.error()));
}

Result<std::unique_ptr<Reranker>> make_reranker(const Config& config, const Paths& paths,
                                                const std::filesystem::path& data_folder) {
  if (config.search.reranker == "none") return std::unique_ptr<Reranker>();
  TRY(auto added, find_added_reranker(data_folder, config.search.reranker));
  return make_cross_encoder({.library_path = paths.onnxruntime,
                             .folder = added_model_folder(data_folder, added.name),
                             .model = added.model,
                             .logits = added.logits,
                             .tokens_max = added.tokens_max,
                             .threads = embedder_threads(config)});
}

}  // namespace aiva::app
