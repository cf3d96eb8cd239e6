#pragma once

#include <filesystem>
#include <memory>

#include "foundation/result.h"
#include "ports/voice_detector.h"

namespace aiva {

struct SileroOptions {
  std::filesystem::path library_path;  // libonnxruntime.so, API version 22 or newer
  std::filesystem::path model_path;    // silero_vad_v5.onnx
};

// Silero VAD, version 5 or 6 (https://github.com/snakers4/silero-vad), opened at once. A detector
// keeps the model open and may outlive what made it; it hears nothing where the model cannot be
// run. Fails with `unavailable` when the model cannot be loaded and `invalid` when it is another
// one.
Result<std::unique_ptr<VoiceDetectors>> make_silero_voice_detectors(const SileroOptions& options);

}  // namespace aiva
