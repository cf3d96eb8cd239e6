#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

struct SpeechRequest {
  std::string text{};      // a sentence or so, without markup; at most 2000 characters
  std::string voice{};     // as the synthesizer names it; empty: its default
  std::string language{};  // ISO 639; empty: the voice's own
  int rate = 8'000;        // samples a second of the answer: 8000, 16000 or 24000
  double speed = 1.0;      // 0.5…2
};

// Speech as it is made. Destroying it cancels the rest.
class SpeechAudio {
 public:
  virtual ~SpeechAudio() = default;
  // The next mono, 16-bit samples at the rate that was asked for, nothing at the end. A stream cut
  // before its end fails with `unavailable`.
  virtual Task<Result<std::optional<std::vector<std::int16_t>>>> next(CallContext context) = 0;
};

// Says a text aloud.
class SpeechSynthesizer {
 public:
  virtual ~SpeechSynthesizer() = default;
  // "packaged", "openai", …, as usage reports name it.
  [[nodiscard]] virtual const std::string& provider() const = 0;
  // The voices it has; empty: it cannot list them.
  [[nodiscard]] virtual std::vector<std::string> voices() const = 0;
  // Fails with `invalid` on an unknown voice, rate or language, and as HTTP clients fail.
  virtual Task<Result<std::unique_ptr<SpeechAudio>>> speak(CallContext context,
                                                           SpeechRequest request) = 0;
};

}  // namespace aiva
