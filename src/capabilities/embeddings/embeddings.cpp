#include "capabilities/embeddings/embeddings.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <span>

#include "foundation/log.h"

namespace aiva::embeddings {
namespace {

constexpr std::size_t texts_max = 2048;
constexpr std::size_t bytes_max = std::size_t{4} * 1024 * 1024;  // of all texts of a call
constexpr std::string_view no_model = "none";
constexpr std::string_view operation = "embedding";
constexpr std::chrono::seconds release_time_max{10};

// Models whose first numbers are a vector of their own (Matryoshka training).
bool may_be_shortened(std::string_view model) { return model.starts_with("text-embedding-3"); }

// The first `dimension` numbers of each row, scaled to unit length again.
Embeddings shorten(const Embeddings& whole, std::size_t dimension) {
  Embeddings out{
      .model = whole.model, .dimension = dimension, .values = {}, .tokens = whole.tokens};
  auto rows = whole.values.size() / whole.dimension;
  out.values.reserve(rows * dimension);
  for (std::size_t i = 0; i < rows; ++i) {
    auto row = whole.row(i).first(dimension);
    double square = 0;
    for (float value : row) square += static_cast<double>(value) * value;
    auto scale = square > 0 ? static_cast<float>(1 / std::sqrt(square)) : 0.0F;
    for (float value : row) out.values.push_back(value * scale);
  }
  return out;
}

class Vectors final : public TextVectors {
 public:
  Vectors(VectorParts parts, VectorSettings settings)
      : parts_(std::move(parts)), settings_(settings) {}

  std::optional<std::string> model() const override {
    const auto& name = parts_.embedder.model();
    if (name == no_model) return std::nullopt;
    return name;
  }

  Task<Result<VectorAnswer>> embed(CallContext context, VectorRequest request) override {
    CO_TRY_VOID(check_shape(request));
    std::span<const std::string> texts(request.texts);
    auto counting = run_on(parts_.compute, context, [this, texts] { return count(texts); });
    CO_TRY(auto estimate, co_await std::move(counting));
    auto reference = Uuid::make().to_string();
    CO_TRY_VOID(co_await reserve(context, reference, price(estimate)));
    auto answering = embed_and_settle(context, reference, std::move(request));
    auto answer = co_await std::move(answering);
    if (!answer) co_await release(context, reference);
    co_return answer;
  }

 private:
  // What does not need the texts to be read.
  Result<void> check_shape(const VectorRequest& request) const {
    auto served = model();
    if (!served) return fail(ErrorCode::not_found, "No embedding model is configured");
    if (request.model != *served)
      return fail(ErrorCode::not_found,
                  "The model does not exist here; the embedding model is \"" + *served + "\"");
    if (request.texts.empty() || request.texts.size() > texts_max)
      return fail(invalid_field("input", "must be 1 to 2048 texts"));
    std::size_t bytes = 0;
    for (const auto& text : request.texts) {
      if (text.empty()) return fail(invalid_field("input", "a text must not be empty"));
      bytes += text.size();
    }
    if (bytes > bytes_max) return fail(invalid_field("input", "may have at most 4 MB in all"));
    return check_dimension(request.dimension);
  }

  Result<void> check_dimension(std::optional<std::size_t> wanted) const {
    auto whole = parts_.embedder.dimension();
    if (!wanted || *wanted == whole) return {};
    bool is_possible = *wanted > 0 && *wanted < whole && may_be_shortened(parts_.embedder.model());
    if (is_possible) return {};
    return fail(invalid_field(
        "dimensions", "the vectors of this model have " + std::to_string(whole) + " dimensions"));
  }

  // How many tokens there are; fails when one text has more than the model reads.
  [[nodiscard]] Result<std::int64_t> count(std::span<const std::string> texts) const {
    auto tokens_max = static_cast<std::int64_t>(parts_.embedder.tokens_max());
    std::int64_t total = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      std::int64_t tokens = parts_.count_tokens(texts[i]);
      if (tokens > tokens_max)
        return fail(invalid_field("input[" + std::to_string(i) + "]",
                                  "has " + std::to_string(tokens) +
                                      " tokens; the model reads at most " +
                                      std::to_string(tokens_max)));
      total += std::max(tokens, std::int64_t{1});
    }
    return total;
  }

  Task<Result<Embeddings>> embed_all(CallContext context, std::vector<std::string> texts) const {
    Embeddings all{.model = parts_.embedder.model(), .dimension = 0, .values = {}, .tokens = 0};
    std::span<std::string> rest(texts);
    while (!rest.empty()) {
      CO_TRY_VOID(context.check());
      auto batch = rest.first(std::min(settings_.batch, rest.size()));
      rest = rest.subspan(batch.size());
      std::vector<std::string> some(std::make_move_iterator(batch.begin()),
                                    std::make_move_iterator(batch.end()));
      CO_TRY(auto vectors, co_await parts_.embedder.embed(context, std::move(some)));
      all.dimension = vectors.dimension;
      all.tokens += vectors.tokens;
      all.values.insert(all.values.end(), vectors.values.begin(), vectors.values.end());
    }
    co_return all;
  }

  // Sets aside what so much work costs, so that calls at the same time cannot spend it, too.
  Task<Result<void>> reserve(CallContext context, std::string reference,
                             billing::MicroUsd base) const {
    auto with_margin = (base * (100 + settings_.margin_percent) + 99) / 100;
    billing::Hold hold{.operation = std::string(operation),
                       .reference = std::move(reference),
                       .amount = with_margin,
                       .key = context.api_key};
    auto body = [this, tenant = context.tenant, hold](SqlSession& sql) {
      return parts_.billing.reserve(sql, tenant, hold);
    };
    auto reserved = co_await write(parts_.database, context, std::move(body));
    co_return reserved;
  }

  Task<Result<VectorAnswer>> embed_and_settle(CallContext context, std::string reference,
                                              VectorRequest request) const {
    CO_TRY(auto vectors, co_await embed_all(context, std::move(request.texts)));
    CO_TRY(auto cost, co_await settle(context, std::move(reference), vectors.tokens));
    if (request.dimension && *request.dimension < vectors.dimension)
      vectors = shorten(vectors, *request.dimension);
    co_return VectorAnswer{.vectors = std::move(vectors), .cost = cost};
  }

  Task<Result<billing::MicroUsd>> settle(CallContext context, std::string reference,
                                         std::int64_t tokens) const {
    billing::Charge charge{
        .operation = std::string(operation), .reference = reference, .base = price(tokens)};
    auto body = [this, tenant = context.tenant, charge](SqlSession& sql) {
      return parts_.billing.settle(sql, tenant, charge.reference, std::span(&charge, 1));
    };
    auto taken = co_await write(parts_.database, context, std::move(body));
    co_return taken;
  }

  // Also when the caller is gone. Should this fail, the hold is let go with others whose work died.
  Task<void> release(CallContext context, std::string reference) const {
    context.cancellation = {};
    context.deadline = std::chrono::steady_clock::now() + release_time_max;
    auto body = [this, tenant = context.tenant, reference](SqlSession& sql) {
      return parts_.billing.release(sql, tenant, reference);
    };
    auto released = co_await write(parts_.database, context, std::move(body));
    if (!released) log::failure("Credits of a call stay held", context, released.error());
  }

  // Rounded up to a micro-dollar.
  [[nodiscard]] billing::MicroUsd price(std::int64_t tokens) const {
    return (tokens * settings_.nano_usd_per_token + 999) / 1000;
  }

  VectorParts parts_;
  VectorSettings settings_;
};

}  // namespace

std::unique_ptr<TextVectors> make_text_vectors(VectorParts parts, VectorSettings settings) {
  return std::make_unique<Vectors>(std::move(parts), settings);
}

}  // namespace aiva::embeddings
