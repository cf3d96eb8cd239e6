#include "adapters/onnx/cross_encoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "adapters/onnx/internal/batch_plan.h"
#include "adapters/onnx/internal/cross_encoder_files.h"
#include "adapters/onnx/internal/file_fingerprint.h"
#include "adapters/onnx/internal/lazy_session.h"
#include "adapters/onnx/internal/run_in_parts.h"
#include "adapters/onnx/text_pair_tokenizer.h"
#include "foundation/text/utf8.h"
#include "foundation/thread_pool.h"

namespace aiva {
namespace {

namespace fs = std::filesystem;

// More than any text needs for the tokens a model reads, little enough to be cut at once.
constexpr std::size_t text_bytes_read = 32UL * 1024;
constexpr std::size_t rows_max = 32;
constexpr std::size_t logits_max = 2;

std::unexpected<Error> unfit(const std::string& why) {
  return fail(ErrorCode::invalid, "The cross-encoder does not fit: " + why);
}

double sigmoid(double value) { return 1 / (1 + std::exp(-value)); }

// Rows of equal length, ready to be computed.
struct Rows {
  std::size_t count = 0;
  std::size_t length = 0;
  std::vector<std::int64_t> ids{};
  std::vector<std::int64_t> mask{};
  std::vector<std::int64_t> types{};
};

Rows fill_rows(const std::vector<TokenPair>& pairs, const Batch& batch, std::int64_t pad_id) {
  Rows rows{.count = batch.rows.size(), .length = batch.length};
  const auto size = rows.count * rows.length;
  rows.ids.assign(size, pad_id);
  rows.mask.assign(size, 0);
  rows.types.assign(size, 0);
  for (std::size_t i = 0; i < rows.count; ++i) {
    const auto& pair = pairs[batch.rows[i]];
    const auto begin = static_cast<std::ptrdiff_t>(i * rows.length);
    std::ranges::copy(pair.ids, rows.ids.begin() + begin);
    std::ranges::copy(pair.types, rows.types.begin() + begin);
    std::fill_n(rows.mask.begin() + begin, pair.ids.size(), 1);
  }
  return rows;
}

// What a model's logits say of a row.
double score_of(std::span<const float> logits) {
  return sigmoid(logits.size() == 1 ? double{logits[0]} : double{logits[1]} - double{logits[0]});
}

// The output with the logits: of that name, else the only one of floats with two dimensions.
Result<OnnxPort> find_logits(const OnnxSession& session) {
  TRY(auto outputs, session.outputs());
  std::erase_if(
      outputs, [](const OnnxPort& output) { return !output.is_float || output.shape.size() != 2; });
  auto named = std::ranges::find(outputs, std::string_view("logits"), &OnnxPort::name);
  if (named != outputs.end()) return *named;
  if (outputs.size() != 1) return unfit("it has no output logits");
  return outputs.front();
}

// A score for each row, `logits` numbers a row.
Result<std::vector<double>> run_rows(const OnnxSession& session, const Rows& rows,
                                     std::size_t logits) {
  TRY(auto ports, session.inputs());
  TRY(auto output, find_logits(session));
  const std::array shape{static_cast<std::int64_t>(rows.count),
                         static_cast<std::int64_t>(rows.length)};
  std::vector<OnnxInput> inputs;
  for (const auto& port : ports) {
    const auto* values = port.name == "input_ids"        ? &rows.ids
                         : port.name == "attention_mask" ? &rows.mask
                         : port.name == "token_type_ids" ? &rows.types
                                                         : nullptr;
    if (values == nullptr) return unfit("it wants an input " + port.name);
    inputs.push_back({port.name.c_str(), *values, shape});
  }
  std::vector<float> values(rows.count * logits);
  const std::array output_shape{shape[0], static_cast<std::int64_t>(logits)};
  TRY_VOID(session.run(inputs, {output.name.c_str(), values, output_shape}));
  std::vector<double> scores;
  for (std::size_t i = 0; i < rows.count; ++i) {
    auto score = score_of(std::span(values).subspan(i * logits, logits));
    if (!std::isfinite(score)) return unfit("it answers what is no number");
    scores.push_back(score);
  }
  return scores;
}

// How many logits a model gives, by its description or by trying.
Result<std::size_t> count_logits(const OnnxSession& session, const Rows& rows) {
  TRY(auto output, find_logits(session));
  auto said = output.shape.back();
  if (said > static_cast<std::int64_t>(logits_max))
    return unfit("it tells " + std::to_string(said) + " classes apart, not one or two");
  if (said > 0) return static_cast<std::size_t>(said);
  for (std::size_t logits = 1; logits <= logits_max; ++logits)
    if (run_rows(session, rows, logits)) return logits;
  return unfit("it gives neither one logit nor two");
}

// What one call has to compute.
struct ScoringJob {
  std::vector<TokenPair> pairs;
  std::vector<Batch> batches;
  RerankScores scores;
};

class CrossEncoder final : public Reranker {
 public:
  CrossEncoder(const CrossEncoderOptions& options, const fs::path& model,
               TextPairTokenizer tokenizer)
      : options_(options),
        tokenizer_(std::move(tokenizer)),
        session_(options.library_path, model, ExecutionProvider::cpu),
        pool_({.name = "rerank",
               .threads = std::max<std::size_t>(1, options.threads),
               .queue_max = options.queue_max}) {}

  [[nodiscard]] const std::string& model() const override { return options_.model; }
  [[nodiscard]] std::size_t texts_max() const override { return options_.texts_max; }

  Task<Result<RerankScores>> score(CallContext context, std::string query,
                                   std::vector<std::string> texts) override {
    if (texts.size() > options_.texts_max)
      co_return fail(ErrorCode::too_large, "Too many texts to score in one call");
    auto begin = [this, &query, &texts]() -> Result<ScoringJob> {
      TRY_VOID(session_.get());
      return prepare(query, texts);
    };
    CO_TRY(auto job, co_await run_on(pool_, context, begin));
    RunInParts run(pool_, context, job.batches.size(), options_.threads,
                   [this, &job](std::size_t part) { return run_batch(job, part); });
    CO_TRY_VOID(co_await run);
    co_return std::move(job.scores);
  }

 private:
  ScoringJob prepare(std::string_view query, const std::vector<std::string>& texts) const {
    auto encode = [this](std::string_view text) {
      return tokenizer_.encode(utf8_prefix(text, text_bytes_read), options_.tokens_max);
    };
    auto wanted = encode(query);
    ScoringJob job;
    std::vector<std::size_t> lengths;
    for (const auto& text : texts) {
      job.pairs.push_back(tokenizer_.join(wanted, encode(text), options_.tokens_max));
      lengths.push_back(job.pairs.back().ids.size());
      job.scores.tokens += static_cast<std::int64_t>(lengths.back());
    }
    job.scores.values.resize(texts.size());
    job.batches =
        plan_batches(lengths, {.tokens_max = options_.batch_tokens_max, .rows_max = rows_max});
    return job;
  }

  // Writes the scores of the batch's rows, which no other batch has.
  Result<void> run_batch(ScoringJob& job, std::size_t part) {
    const auto& batch = job.batches[part];
    TRY(const auto* session, session_.get());
    auto rows = fill_rows(job.pairs, batch, tokenizer_.pad_id());
    TRY(auto scores, run_rows(*session, rows, options_.logits));
    for (std::size_t i = 0; i < scores.size(); ++i) job.scores.values[batch.rows[i]] = scores[i];
    return {};
  }

  const CrossEncoderOptions options_;
  const TextPairTokenizer tokenizer_;
  LazySession session_;
  ThreadPool pool_;
};

Result<TextPairTokenizer> load_tokenizer(const CrossEncoderFiles& files, std::size_t tokens_max) {
  TRY(auto tokenizer, TextPairTokenizer::load(files.tokenizer));
  if (tokenizer.marks_count() + 2 > tokens_max) return unfit("its marks leave no room for texts");
  return tokenizer;
}

}  // namespace

Result<CrossEncoderReport> check_cross_encoder_folder(const fs::path& library,
                                                      const fs::path& folder) {
  TRY(auto files, find_cross_encoder_files(folder));
  TRY(auto tokenizer, TextPairTokenizer::load(files.tokenizer));
  CrossEncoderReport report{.tokens_max = read_tokens_max(files, tokenizer.tokens_max())};
  TRY(tokenizer, load_tokenizer(files, report.tokens_max));
  TRY(auto session, OnnxSession::open(library, files.model));
  auto first = tokenizer.encode("When may goods be returned?", report.tokens_max);
  auto second = tokenizer.encode("Goods may be returned within thirty days.", report.tokens_max);
  std::vector<TokenPair> pairs{tokenizer.join(first, second, report.tokens_max)};
  auto rows = fill_rows(pairs, {.rows = {0}, .length = pairs.front().ids.size()}, 0);
  TRY(report.logits, count_logits(*session, rows));
  TRY_VOID(run_rows(*session, rows, report.logits));
  TRY(report.fingerprint, fingerprint_of(files.model));
  std::error_code error;
  auto weights = files.model;
  weights += "_data";  // of models of two gigabytes and more
  for (const auto& path :
       {files.model, weights, files.tokenizer, files.config, files.tokenizer_config})
    if (fs::is_regular_file(path, error)) report.files.push_back(path.lexically_relative(folder));
  return report;
}

Result<std::unique_ptr<Reranker>> make_cross_encoder(const CrossEncoderOptions& options) {
  TRY(auto files, find_cross_encoder_files(options.folder));
  TRY(auto tokenizer, load_tokenizer(files, options.tokens_max));
  if (options.logits < 1 || options.logits > logits_max)
    return unfit("it gives neither one logit nor two");
  return std::make_unique<CrossEncoder>(options, files.model, std::move(tokenizer));
}

}  // namespace aiva
