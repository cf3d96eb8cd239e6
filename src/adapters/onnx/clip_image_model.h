#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "adapters/onnx/execution_provider.h"
#include "foundation/result.h"
#include "ports/image_model.h"

namespace aiva {

// A folder with a CLIP as exporters to ONNX write it: `vision_model.onnx` (`pixel_values` to
// `image_embeds`), `text_model.onnx` (`input_ids`, perhaps `attention_mask`, to `text_embeds`),
// both there or in `onnx/`, `tokenizer.json` and `preprocessor_config.json`.
struct ClipModelOptions {
  std::filesystem::path library_path;  // libonnxruntime.so, API version 22 or newer
  std::filesystem::path folder;
  std::string model = "clip";  // the name stored beside the vectors
  std::size_t dimension = 0;   // as check_clip_folder found it
  ExecutionProvider provider = ExecutionProvider::automatic;
  std::size_t threads = 1;      // pictures computed at once; texts have a thread of their own
  std::size_t queue_max = 256;  // calls that wait; further ones fail with `unavailable`
};

// What is in such a folder.
struct ClipReport {
  std::size_t dimension = 0;
  int picture_side = 0;
  std::size_t tokens_max = 0;
  std::string fingerprint{};                   // of the vision model's bytes
  std::vector<std::filesystem::path> files{};  // relative to the folder: all it needs
};

// Opens both models and runs each once. Fails with `invalid` and a sentence for the operator when a
// file is missing or malformed or their vectors do not fit together, `unavailable` when ONNX
// Runtime cannot load one.
Result<ClipReport> check_clip_folder(const std::filesystem::path& library,
                                     const std::filesystem::path& folder);

// The models are opened by the first calls, on threads of the model's own.
Result<std::unique_ptr<ImageModel>> make_clip_image_model(const ClipModelOptions& options);

}  // namespace aiva
