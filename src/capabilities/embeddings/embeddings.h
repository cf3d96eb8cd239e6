#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/billing/billing.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/thread_pool.h"
#include "ports/database.h"
#include "ports/text_embedder.h"

namespace aiva::embeddings {

struct VectorRequest {
  std::string model;               // must be the one that is served
  std::vector<std::string> texts;  // 1…2048, none of them empty
  std::optional<std::size_t> dimension{};
};

struct VectorAnswer {
  Embeddings vectors{};
  billing::MicroUsd cost = 0;  // with the margin
};

struct VectorSettings {
  std::int64_t nano_usd_per_token = 20;  // 0.02 USD per million tokens, specification D
  int margin_percent = 20;               // of the price, for what is held while a call runs
  std::size_t batch = 32;                // texts given to the embedder at once
};

// Vectors of texts that tenants send.
class TextVectors {
 public:
  virtual ~TextVectors() = default;
  // The one model that is served; nothing when none is configured.
  [[nodiscard]] virtual std::optional<std::string> model() const = 0;
  // Fails with `not_found` for another model, `invalid` naming the text or the dimension that is
  // wrong, `quota_exceeded` without credits for it beside those that other work holds, and as the
  // embedder does.
  virtual Task<Result<VectorAnswer>> embed(CallContext context, VectorRequest request) = 0;
};

struct VectorParts {
  Database& database;
  TextEmbedder& embedder;
  std::function<int(std::string_view)> count_tokens;  // as the embedder counts
  billing::Billing& billing;
  ThreadPool& compute;  // tokens are counted here
};

// An embedder whose model is called "none" serves nothing.
std::unique_ptr<TextVectors> make_text_vectors(VectorParts parts, VectorSettings settings);

}  // namespace aiva::embeddings
