#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

// How well texts answer a query, one number between 0 and 1 a text, in the order of the texts.
struct RerankScores {
  std::vector<double> values{};
  std::int64_t tokens = 0;  // tokens the model read, of query and texts together
};

// Reads a query and a text together, which tells more of how they fit than vectors made apart, and
// takes much longer.
class Reranker {
 public:
  virtual ~Reranker() = default;
  // The model's name.
  [[nodiscard]] virtual const std::string& model() const = 0;
  // The most texts of one call.
  [[nodiscard]] virtual std::size_t texts_max() const = 0;
  // Query and text beyond what the model reads are cut off; a text's score does not depend on the
  // others. Fails with `too_large` for too many texts, `unavailable` when too many calls wait or
  // the model cannot be opened, `cancelled` or `timeout` as the context says.
  virtual Task<Result<RerankScores>> score(CallContext context, std::string query,
                                           std::vector<std::string> texts) = 0;
};

}  // namespace aiva
