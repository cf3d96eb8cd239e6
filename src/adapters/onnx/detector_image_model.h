#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "adapters/onnx/execution_provider.h"
#include "foundation/result.h"
#include "ports/image_model.h"

namespace aiva {

struct DetectorModelOptions {
  std::filesystem::path library_path;  // libonnxruntime.so, API version 22 or newer
  std::filesystem::path model_path;    // as tools/convert_image_model writes it
  ExecutionProvider provider = ExecutionProvider::automatic;
  std::size_t threads = 1;         // pictures computed at once
  std::size_t queue_max = 256;     // calls that wait; further ones fail with `unavailable`
  double object_score_min = 0.45;  // of what is said to be seen
};

// The image model that comes along: vectors say how alike pictures look, objects what is seen on
// them; texts get no vectors. The file is opened by the first call, on a thread of the model's; a
// call fails with `unavailable` when it cannot be.
Result<std::unique_ptr<ImageModel>> make_detector_image_model(const DetectorModelOptions& options);

}  // namespace aiva
