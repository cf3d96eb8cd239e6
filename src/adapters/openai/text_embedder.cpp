#include <algorithm>
#include <atomic>
#include <span>
#include <utility>

#include "adapters/openai/internal/embedding_answer.h"
#include "adapters/openai/internal/provider.h"
#include "adapters/openai/openai.h"
#include "foundation/json_writer.h"
#include "foundation/text/utf8.h"

namespace aiva {
namespace {

using openai::EmbeddingAnswer;
using openai::Provider;

// No tokenizer is at hand: hardly any text has less than two bytes a token, and the rest the
// provider refuses.
constexpr std::size_t bytes_per_token = 2;

bool can_choose_dimension(const std::string& model) {
  return model.starts_with("text-embedding-3");
}

class OpenAiTextEmbedder final : public TextEmbedder {
 public:
  OpenAiTextEmbedder(OpenAiEmbedderOptions options, HttpClient& http)
      : options_(std::move(options)),
        provider_(options_.server, http),
        dimension_(options_.dimension) {}

  [[nodiscard]] const std::string& model() const override { return options_.server.default_model; }
  [[nodiscard]] std::size_t dimension() const override { return dimension_; }
  [[nodiscard]] std::size_t tokens_max() const override { return options_.tokens_max; }

  Task<Result<Embeddings>> embed(CallContext context, std::vector<std::string> texts) override {
    Embeddings all{.model = model(), .dimension = dimension_, .values = {}};
    auto batch_max = std::max<std::size_t>(options_.batch_max, 1);
    for (std::size_t first = 0; first < texts.size(); first += batch_max) {
      auto batch = std::span<const std::string>(texts).subspan(
          first, std::min(batch_max, texts.size() - first));
      CO_TRY(auto answer, co_await embed_batch(context, batch));
      CO_TRY_VOID(agree_on_dimension(answer.dimension));
      all.dimension = answer.dimension;
      all.values.insert(all.values.end(), answer.values.begin(), answer.values.end());
      all.tokens += answer.tokens;
    }
    co_return all;
  }

 private:
  // `texts` outlive the task: they lie in the frame of embed().
  Task<Result<EmbeddingAnswer>> embed_batch(CallContext context,
                                            std::span<const std::string> texts) {
    bool is_packed = wants_base64_;
    auto response = co_await provider_.post(context, "/embeddings", write_body(texts, is_packed));
    bool dislikes_base64 =
        !response && is_packed && response.error().parameter == "encoding_format";
    if (dislikes_base64) {
      wants_base64_ = false;
      response = co_await provider_.post(context, "/embeddings", write_body(texts, false));
    }
    if (!response) co_return fail(std::move(response.error().error));
    co_return openai::read_embedding_answer(response->body, texts.size());
  }

  std::string write_body(std::span<const std::string> texts, bool is_packed) const {
    std::string body;
    JsonWriter writer(body);
    writer.begin_object().field("model", model()).key("input").begin_array();
    // The provider refuses empty texts; a space is the nearest thing.
    for (const auto& text : texts)
      writer.value(text.empty() ? std::string_view(" ")
                                : utf8_prefix(text, options_.tokens_max * bytes_per_token));
    writer.end_array().field("encoding_format", is_packed ? "base64" : "float");
    if (options_.dimension > 0 && can_choose_dimension(model()))
      writer.field("dimensions", options_.dimension);
    writer.end_object();
    return body;
  }

  // Vectors of different lengths cannot be compared, so the first answer binds all later ones.
  Result<void> agree_on_dimension(std::size_t found) {
    std::size_t known = 0;
    if (dimension_.compare_exchange_strong(known, found) || known == found) return {};
    return fail(ErrorCode::unavailable, "The embedding model has another dimension",
                "expected " + std::to_string(known) + ", found " + std::to_string(found));
  }

  OpenAiEmbedderOptions options_;
  Provider provider_;
  std::atomic<std::size_t> dimension_;
  std::atomic<bool> wants_base64_ = true;
};

}  // namespace

std::unique_ptr<TextEmbedder> make_openai_text_embedder(OpenAiEmbedderOptions options,
                                                        HttpClient& http) {
  return std::make_unique<OpenAiTextEmbedder>(std::move(options), http);
}

}  // namespace aiva
