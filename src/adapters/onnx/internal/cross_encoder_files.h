#pragma once

#include <cstddef>
#include <filesystem>

#include "foundation/result.h"

namespace aiva {

// Where the files of a cross-encoder lie; the configurations need not exist.
struct CrossEncoderFiles {
  std::filesystem::path model{};
  std::filesystem::path tokenizer{};
  std::filesystem::path config{};
  std::filesystem::path tokenizer_config{};
};

// Fails with `invalid`, naming what is missing.
Result<CrossEncoderFiles> find_cross_encoder_files(const std::filesystem::path& folder);

// The most tokens the model reads at once: the least of what its files say, `tokenizer_limit`
// (0: none) and 512.
std::size_t read_tokens_max(const CrossEncoderFiles& files, std::size_t tokenizer_limit);

}  // namespace aiva
