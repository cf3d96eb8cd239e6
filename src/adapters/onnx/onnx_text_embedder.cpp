#include "adapters/onnx/onnx_text_embedder.h"

#include <malloc.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "adapters/onnx/internal/batch_plan.h"
#include "adapters/onnx/internal/onnx_session.h"
#include "adapters/onnx/internal/run_in_parts.h"
#include "adapters/onnx/sentence_piece_tokenizer.h"
#include "foundation/text/utf8.h"
#include "foundation/thread_pool.h"

namespace aiva {
namespace {

// More than any text needs for tokens_max() tokens, little enough to be normalised at once.
constexpr std::size_t text_bytes_read = 64UL * 1024;
// A call of at most so many texts and bytes is small: a question, not a document.
constexpr std::size_t small_texts_max = 4;
constexpr std::size_t small_bytes_max = 8192;
constexpr int bulk_nice = 10;

struct ModelFacts {
  std::string name;
  std::size_t dimension = 0;
  std::size_t tokens_max = 0;
  std::size_t rows_max = 0;  // texts it may compute at once
};

Result<ModelFacts> read_facts(const OnnxSession& session) {
  ModelFacts facts{.name = session.metadata("model").value_or(std::string()),
                   .dimension = session.output_size().value_or(0)};
  auto read_number = [&session](const char* key, std::size_t fallback) {
    const auto text = session.metadata(key).value_or(std::string());
    std::from_chars(text.data(), text.data() + text.size(), fallback);
    return fallback;
  };
  facts.tokens_max = read_number("tokens_max", 0);
  facts.rows_max = std::max<std::size_t>(read_number("rows_max", BatchLimits{}.rows_max), 1);
  if (facts.name.empty() || facts.dimension == 0 || facts.tokens_max == 0)
    return fail(ErrorCode::invalid, "The ONNX model does not describe itself",
                "its metadata must have model and tokens_max, its output a fixed size");
  return facts;
}

// What one call has to compute, and where the vectors go.
struct EmbeddingJob {
  std::vector<std::vector<std::int64_t>> ids;
  std::vector<Batch> batches;
  Embeddings embeddings;
};

class OnnxTextEmbedder final : public TextEmbedder {
 public:
  OnnxTextEmbedder(const OnnxEmbedderOptions& options, SentencePieceTokenizer tokenizer,
                   std::unique_ptr<OnnxSession> session, ModelFacts facts)
      : options_(options),
        tokenizer_(std::move(tokenizer)),
        session_(std::move(session)),
        facts_(std::move(facts)),
        small_pool_({.name = "embed-small", .threads = 1, .queue_max = options.queue_max}),
        bulk_pool_({.name = "embed-bulk",
                    .threads = std::max<std::size_t>(1, options.threads),
                    .queue_max = options.queue_max,
                    .nice = bulk_nice}) {}

  const std::string& model() const override { return facts_.name; }
  std::size_t dimension() const override { return facts_.dimension; }
  std::size_t tokens_max() const override { return facts_.tokens_max; }

  Task<Result<Embeddings>> embed(CallContext context, std::vector<std::string> texts) override {
    if (texts.size() > options_.texts_max)
      co_return fail(ErrorCode::too_large, "Too many texts to embed in one call");
    auto& pool = is_small(texts) ? small_pool_ : bulk_pool_;
    // Most calls are one batch, which then needs no second wait.
    auto begin = [this, &texts]() -> Result<EmbeddingJob> {
      auto job = prepare_job(texts);
      if (job.batches.size() != 1) return job;
      TRY_VOID(run_batch(job, 0));
      job.batches.clear();
      return job;
    };
    CO_TRY(auto job, co_await run_on(pool, context, begin));
    RunInParts run(pool, context, job.batches.size(), options_.threads,
                   [this, &job](std::size_t part) {
                     auto done = run_batch(job, part);
                     if (part + 1 == job.batches.size()) give_memory_back();
                     return done;
                   });
    CO_TRY_VOID(co_await run);
    co_return std::move(job.embeddings);
  }

 private:
  static bool is_small(const std::vector<std::string>& texts) {
    if (texts.size() > small_texts_max) return false;
    std::size_t bytes = 0;
    for (const auto& text : texts) bytes += text.size();
    return bytes <= small_bytes_max;
  }

  // The end of a large call leaves tens of megabytes of free blocks in malloc's hands.
  void give_memory_back() const {
    if (bulk_pool_.queued() == 0) malloc_trim(0);
  }

  EmbeddingJob prepare_job(const std::vector<std::string>& texts) const {
    EmbeddingJob job;
    std::vector<std::size_t> lengths;
    job.ids.reserve(texts.size());
    lengths.reserve(texts.size());
    for (const auto& text : texts) {
      job.ids.push_back(tokenizer_.encode(utf8_prefix(text, text_bytes_read), facts_.tokens_max));
      lengths.push_back(job.ids.back().size());
      job.embeddings.tokens += static_cast<std::int64_t>(lengths.back());
    }
    job.batches = plan_batches(
        lengths, {.tokens_max = options_.batch_tokens_max, .rows_max = facts_.rows_max});
    job.embeddings.model = facts_.name;
    job.embeddings.dimension = facts_.dimension;
    job.embeddings.values.resize(texts.size() * facts_.dimension);
    return job;
  }

  // Writes the vectors of the batch's rows, which no other batch has.
  Result<void> run_batch(EmbeddingJob& job, std::size_t part) const {
    const auto& batch = job.batches[part];
    const auto rows = batch.rows.size();
    std::vector<std::int64_t> ids(rows * batch.length);
    std::vector<std::int64_t> lengths(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      const auto& row = job.ids[batch.rows[i]];
      std::ranges::copy(row, ids.begin() + static_cast<std::ptrdiff_t>(i * batch.length));
      lengths[i] = static_cast<std::int64_t>(row.size());
    }
    const std::array ids_shape{static_cast<std::int64_t>(rows),
                               static_cast<std::int64_t>(batch.length)};
    const std::array output_shape{static_cast<std::int64_t>(rows),
                                  static_cast<std::int64_t>(facts_.dimension)};
    const std::array inputs{
        OnnxInput{"ids", ids, ids_shape},
        OnnxInput{"lengths", lengths, std::span(ids_shape).first(1)},
    };
    std::vector<float> values(rows * facts_.dimension);
    TRY_VOID(session_->run(inputs, {"embeddings", values, output_shape}));
    for (std::size_t i = 0; i < rows; ++i)
      std::ranges::copy(std::span(values).subspan(i * facts_.dimension, facts_.dimension),
                        job.embeddings.values.begin() +
                            static_cast<std::ptrdiff_t>(batch.rows[i] * facts_.dimension));
    return {};
  }

  const OnnxEmbedderOptions options_;
  const SentencePieceTokenizer tokenizer_;
  const std::unique_ptr<OnnxSession> session_;
  const ModelFacts facts_;
  ThreadPool small_pool_;
  ThreadPool bulk_pool_;
};

}  // namespace

Result<std::unique_ptr<TextEmbedder>> make_onnx_text_embedder(const OnnxEmbedderOptions& options) {
  TRY(auto tokenizer, SentencePieceTokenizer::load(options.vocab_path));
  TRY(auto session, OnnxSession::open(options.library_path, options.model_path));
  TRY(auto facts, read_facts(*session));
  return std::make_unique<OnnxTextEmbedder>(options, std::move(tokenizer), std::move(session),
                                            std::move(facts));
}

}  // namespace aiva
