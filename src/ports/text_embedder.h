#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

// Unit-length vectors, one row of `dimension` floats per text, in the order of the texts.
struct Embeddings {
  std::string model;
  std::size_t dimension = 0;
  std::vector<float> values;  // size = texts * dimension
  std::int64_t tokens = 0;    // tokens the model read, for billing

  [[nodiscard]] std::span<const float> row(std::size_t index) const {
    return std::span(values).subspan(index * dimension, dimension);
  }
};

// Turns texts into vectors whose cosine says how near their meanings are.
class TextEmbedder {
 public:
  virtual ~TextEmbedder() = default;
  // The model's name as stored beside the vectors; vectors of different models never mix.
  [[nodiscard]] virtual const std::string& model() const = 0;
  [[nodiscard]] virtual std::size_t dimension() const = 0;
  // The most tokens of a text the model reads; the rest is cut off by it.
  [[nodiscard]] virtual std::size_t tokens_max() const = 0;
  virtual Task<Result<Embeddings>> embed(CallContext context, std::vector<std::string> texts) = 0;
};

}  // namespace aiva
