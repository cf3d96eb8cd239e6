#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

// One utterance: mono, 16-bit samples.
struct Utterance {
  std::vector<std::int16_t> samples{};
  int rate = 16'000;       // samples a second: 8000 or 16000
  std::string language{};  // ISO 639 code of what is likely spoken; empty: the recognizer's own
};

struct Transcript {
  std::string text{};        // empty: nothing was said
  std::string language{};    // ISO 639; empty: cannot be told
  double audio_seconds = 0;  // what the provider bills
};

// Writes down what was said in one utterance.
class SpeechRecognizer {
 public:
  virtual ~SpeechRecognizer() = default;
  // "packaged", "openai", …, as usage reports name it.
  [[nodiscard]] virtual const std::string& provider() const = 0;
  [[nodiscard]] virtual const std::string& model() const = 0;
  // Fails with `invalid` on a rate or language it does not take, and as HTTP clients fail.
  virtual Task<Result<Transcript>> recognize(CallContext context, Utterance utterance) = 0;
};

}  // namespace aiva
