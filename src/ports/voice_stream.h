#pragma once

#include <memory>
#include <optional>
#include <string>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/stream_audio.h"

namespace aiva {

struct VoiceStreamSettings {
  StreamAudio audio{};  // linear of 8000, 16,000, 24,000 or 48,000 samples a second, or G.711
  std::string voice{};  // as the synthesizer names it; empty: its default
};

// One caller's voice: it says one text after the other, and each is heard as it is made. The
// functions that wait are called one at a time. Destroying it ends it.
class VoiceStream {
 public:
  virtual ~VoiceStream() = default;
  // Begins to say a text of at most 2000 characters; what is left of the last one is dropped.
  // Connects where needed. Fails with `unavailable`, `invalid` and `too_large`.
  virtual Task<Result<void>> say(CallContext context, std::string text) = 0;
  // The next audio of it, whole samples, nothing at its end. Fails with `unavailable` when it broke
  // off, and as the context says; another text may be said then.
  virtual Task<Result<std::optional<std::string>>> next(CallContext context) = 0;
  // The rest of what is being said is not wanted.
  virtual void clear() = 0;
};

// Says texts aloud, in the coding that is wanted.
class StreamingSynthesizer {
 public:
  virtual ~StreamingSynthesizer() = default;
  // "deepgram", …, as usage reports name it.
  [[nodiscard]] virtual const std::string& provider() const = 0;
  // It must outlive what it makes. Nothing is connected yet.
  virtual std::unique_ptr<VoiceStream> make(VoiceStreamSettings settings) = 0;
};

}  // namespace aiva
