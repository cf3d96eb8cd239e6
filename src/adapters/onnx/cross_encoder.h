#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "foundation/result.h"
#include "ports/reranker.h"

namespace aiva {

// A folder with a cross-encoder as exporters to ONNX write it: `model.onnx` (`input_ids`,
// `attention_mask`, perhaps `token_type_ids`, to one logit, or two of which the second says
// "fits"), there or in `onnx/`, `tokenizer.json`, and perhaps `config.json` and
// `tokenizer_config.json`.
struct CrossEncoderOptions {
  std::filesystem::path library_path{};  // libonnxruntime.so, API version 22 or newer
  std::filesystem::path folder{};
  std::string model = "cross-encoder";
  std::size_t logits = 1;      // as check_cross_encoder_folder found it
  std::size_t tokens_max = 0;  // the same
  std::size_t threads = 1;
  std::size_t batch_tokens_max = 512;  // computed at once, bounds memory and the wait of others
  std::size_t texts_max = 256;         // of one call
  std::size_t queue_max = 256;         // calls that wait; further ones fail with `unavailable`
};

// What is in such a folder.
struct CrossEncoderReport {
  std::size_t logits = 0;
  std::size_t tokens_max = 0;                  // of query and text together, marks included
  std::string fingerprint{};                   // of the model's bytes
  std::vector<std::filesystem::path> files{};  // relative to the folder: all it needs
};

// Opens the model and runs it once. Fails with `invalid` and a sentence for the operator when a
// file is missing, malformed or of a kind that is not known here, `unavailable` when ONNX Runtime
// cannot load the model.
Result<CrossEncoderReport> check_cross_encoder_folder(const std::filesystem::path& library,
                                                      const std::filesystem::path& folder);

// The tokenizer is read at once, the model is opened by the first call; both calls and opening run
// on threads of its own. Fails like check_cross_encoder_folder.
Result<std::unique_ptr<Reranker>> make_cross_encoder(const CrossEncoderOptions& options);

}  // namespace aiva
