#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "foundation/result.h"
#include "ports/speech_recognizer.h"

namespace aiva {

struct MoonshineOptions {
  std::filesystem::path library_path{};  // libonnxruntime.so, API version 22 or newer
  // `encoder.onnx`, `decoder.onnx` (merged, with a cache of keys and values) and
  // `llama-tokenizer.js`.
  std::filesystem::path folder{};
  std::size_t threads = 1;      // utterances computed at once
  std::size_t queue_max = 256;  // calls that wait; further ones fail with `unavailable`
  bool opens_early = false;     // the model is opened before the first call, in the background
};

// Moonshine (Jeffries et al. 2024, arXiv:2410.15608), English. The model is opened by the first
// call or early, on a thread of the recognizer's own. An utterance may last 120 s (`too_large`); of
// long ones pieces are written down one by one. Making it fails with `unavailable` when a file is
// missing and `invalid` when the vocabulary is malformed.
Result<std::unique_ptr<SpeechRecognizer>> make_moonshine_recognizer(
    const MoonshineOptions& options);

}  // namespace aiva
