#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "foundation/result.h"
#include "ports/text_embedder.h"

namespace aiva {

struct OnnxEmbedderOptions {
  std::filesystem::path library_path;  // libonnxruntime.so, API version 22 or newer
  // Inputs `ids`, `lengths`; metadata `model`, `tokens_max` and, where the vectors of a batch would
  // depend on each other, `rows_max`.
  std::filesystem::path model_path;
  std::filesystem::path vocab_path;    // as tools/convert_sentence_encoder writes it
  std::size_t threads = 1;             // for calls of many texts; one more serves small calls
  std::size_t texts_max = 4096;        // of one call
  std::size_t batch_tokens_max = 256;  // computed at once, bounds memory and the wait of others
  std::size_t queue_max = 1024;        // calls that wait; further ones fail with `unavailable`
};

// A sentence encoder run in process by ONNX Runtime on its own threads. A call of few texts never
// waits behind a call of many. Of each text it reads at most tokens_max() tokens and 64 KiB; the
// empty text has a vector too. embed() fails with `too_large` beyond `texts_max`, `unavailable`
// when too many calls wait, `cancelled` or `timeout` as the context says. Making it fails with
// `unavailable` when a file cannot be loaded and `invalid` when one is malformed.
Result<std::unique_ptr<TextEmbedder>> make_onnx_text_embedder(const OnnxEmbedderOptions& options);

}  // namespace aiva
