#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva::openai {

// The rows of one answer of POST /embeddings, in the order of the texts, at unit length.
struct EmbeddingAnswer {
  std::size_t dimension = 0;
  std::vector<float> values;
  std::int64_t tokens = 0;
};

// Reads an answer for `count` texts, vectors in base64 (little-endian floats) or as numbers. Fails
// with `unavailable` on whatever is missing, twice there, of uneven length or not a number.
Result<EmbeddingAnswer> read_embedding_answer(std::string_view text, std::size_t count);

}  // namespace aiva::openai
