#include <algorithm>
#include <atomic>
#include <chrono>
#include <span>
#include <utility>

#include "adapters/openai/internal/embedding_answer.h"
#include "adapters/openai/internal/server_options.h"
#include "adapters/openai/openai.h"
#include "foundation/json_writer.h"
#include "foundation/text/utf8.h"
#include "ports/model_server/request_pace.h"
#include "ports/model_server/server.h"

namespace aiva {
namespace {

using model_server::RequestPace;
using model_server::Server;
using openai::EmbeddingAnswer;

// No tokenizer is at hand: hardly any text has less than two bytes a token, and the rest the
// provider refuses.
constexpr std::size_t bytes_per_token = 2;
constexpr std::size_t bytes_per_usual_token = 4;

bool can_choose_dimension(const std::string& model) {
  return model.starts_with("text-embedding-3");
}

class OpenAiTextEmbedder final : public TextEmbedder {
 public:
  OpenAiTextEmbedder(OpenAiEmbedderOptions options, HttpClient& http)
      : options_(std::move(options)),
        provider_(openai::server_options(options_.server), http),
        pace_(options_.limits, provider_.options().pause, clock_of(options_.server)),
        dimension_(options_.dimension) {}

  [[nodiscard]] const std::string& model() const override { return options_.server.default_model; }
  [[nodiscard]] std::size_t dimension() const override { return dimension_; }
  [[nodiscard]] std::size_t tokens_max() const override { return options_.tokens_max; }

  Task<Result<Embeddings>> embed(CallContext context, std::vector<std::string> texts) override {
    Embeddings all{.model = model(), .dimension = dimension_, .values = {}};
    std::span<const std::string> left(texts);
    while (!left.empty()) {
      auto batch = left.first(count_batch(left));
      left = left.subspan(batch.size());
      auto embedding = embed_batch(context, batch, texts.size() == 1);
      CO_TRY(auto answer, co_await std::move(embedding));
      CO_TRY_VOID(agree_on_dimension(answer.dimension));
      all.dimension = answer.dimension;
      all.values.insert(all.values.end(), answer.values.begin(), answer.values.end());
      all.tokens += answer.tokens;
    }
    co_return all;
  }

 private:
  static RequestPace::Now clock_of(const OpenAiOptions& server) {
    return server.now ? server.now : [] { return std::chrono::steady_clock::now(); };
  }

  [[nodiscard]] std::string_view as_sent(std::string_view text) const {
    // The provider refuses empty texts; a space is the nearest thing.
    return text.empty() ? " " : utf8_prefix(text, options_.tokens_max * bytes_per_token);
  }

  [[nodiscard]] double estimate(std::string_view text) const {
    auto usual = static_cast<double>(text.size()) / bytes_per_usual_token + 1;
    return options_.estimate_tokens ? std::max(options_.estimate_tokens(text), 1) : usual;
  }

  // How many texts go into the next request: by number, by the most tokens they can have, and by
  // what the limits let through at once.
  [[nodiscard]] std::size_t count_batch(std::span<const std::string> texts) const {
    auto estimate_max = pace_.bulk_tokens_max();
    std::size_t bytes = 0;
    double estimated = 0;
    std::size_t count = 0;
    for (const auto& text : texts) {
      auto sent = as_sent(text);
      bytes += sent.size();
      estimated += estimate(sent);
      bool fits = count < std::max<std::size_t>(options_.batch_max, 1) &&
                  bytes / bytes_per_token <= options_.batch_tokens_max &&
                  (estimate_max <= 0 || estimated <= estimate_max);
      if (!fits) break;
      ++count;
    }
    return std::max<std::size_t>(count, 1);
  }

  // Embeds texts in one request, or in two halves where the provider counts too many tokens.
  // `texts` outlive the task: they lie in the frame of embed().
  Task<Result<EmbeddingAnswer>> embed_batch(CallContext context, std::span<const std::string> texts,
                                            bool is_question) {
    auto asking = ask(context, texts, is_question);
    auto answer = co_await std::move(asking);
    bool is_too_much = !answer && answer.error().code == ErrorCode::too_large && texts.size() > 1;
    if (!is_too_much) co_return answer;
    auto half = texts.size() / 2;
    auto first_half = embed_batch(context, texts.first(half), is_question);
    CO_TRY(auto first, co_await std::move(first_half));
    auto second_half = embed_batch(context, texts.subspan(half), is_question);
    CO_TRY(auto second, co_await std::move(second_half));
    if (first.dimension != second.dimension)
      co_return fail(ErrorCode::unavailable, "The embedding model has another dimension");
    first.values.insert(first.values.end(), second.values.begin(), second.values.end());
    first.tokens += second.tokens;
    co_return first;
  }

  // `texts` outlive the task.
  Task<Result<EmbeddingAnswer>> ask(CallContext context, std::span<const std::string> texts,
                                    bool is_question) {
    model_server::PostOptions how{.pace = &pace_, .cost = {.is_urgent = is_question}};
    for (const auto& text : texts) how.cost.tokens += estimate(as_sent(text));
    if (is_question) how.timeout = std::min(options_.question_timeout, options_.server.timeout);
    bool is_packed = wants_base64_;
    auto posting = provider_.post(context, "/embeddings", write_body(texts, is_packed), how);
    auto response = co_await std::move(posting);
    bool dislikes_base64 =
        !response && is_packed && response.error().parameter == "encoding_format";
    if (dislikes_base64) {
      wants_base64_ = false;
      auto again = provider_.post(context, "/embeddings", write_body(texts, false), how);
      response = co_await std::move(again);
    }
    if (!response) co_return fail(std::move(response.error().error));
    auto answer = openai::read_embedding_answer(response->body, texts.size());
    if (answer && answer->tokens > 0)
      pace_.correct(how.cost.tokens, static_cast<double>(answer->tokens));
    co_return answer;
  }

  std::string write_body(std::span<const std::string> texts, bool is_packed) const {
    std::string body;
    JsonWriter writer(body);
    writer.begin_object().field("model", model()).key("input").begin_array();
    for (const auto& text : texts) writer.value(as_sent(text));
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
  Server provider_;
  RequestPace pace_;
  std::atomic<std::size_t> dimension_;
  std::atomic<bool> wants_base64_ = true;
};

}  // namespace

std::unique_ptr<TextEmbedder> make_openai_text_embedder(OpenAiEmbedderOptions options,
                                                        HttpClient& http) {
  return std::make_unique<OpenAiTextEmbedder>(std::move(options), http);
}

}  // namespace aiva
