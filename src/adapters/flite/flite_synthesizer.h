#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "foundation/result.h"
#include "ports/speech_synthesizer.h"

namespace aiva {

struct FliteOptions {
  std::string voice = "slt";    // the default: slt, rms, awb or kal16
  std::size_t queue_max = 256;  // sentences that wait; further calls fail with `unavailable`
};

// Flite (Black and Lenzo 2001), English, on one thread of its own: the library is not made for
// two. Speech is made sentence by sentence and not far ahead of who takes it, calls taking turns.
// speak() fails with `too_large` beyond 2000 characters. What it gave must be destroyed before it.
// Making it fails with `invalid` on an unknown voice.
Result<std::unique_ptr<SpeechSynthesizer>> make_flite_synthesizer(const FliteOptions& options);

}  // namespace aiva
