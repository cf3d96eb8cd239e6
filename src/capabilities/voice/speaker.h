#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "capabilities/billing/billing.h"
#include "capabilities/voice/spoken_cache.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/database.h"
#include "ports/speech_synthesizer.h"

namespace aiva::voice {

// How audio is sent as a file: WAV of 16-bit samples, or the bare bytes of G.711.
enum class SoundFile : std::uint8_t { wav, pcmu, pcma };

// Its media type.
std::string_view media_type_of(SoundFile file);

struct SpeechWish {
  std::string text{};      // 1 to 4000 bytes
  std::string voice{};     // as the synthesizer names it; empty: its default
  std::string language{};  // BCP 47; empty: the voice's own
  SoundFile file = SoundFile::wav;
  int rate = 8'000;                // samples a second: 8000, 16000 or 24000; G.711 has 8000
  std::optional<AgentId> agent{};  // its budgets count what it costs
};

// Says texts outside of calls, and keeps the audio for the next time.
class Speaker {
 public:
  // Takes the next bytes of the file, and may wait; the rest is not said when it fails.
  using Listener = std::function<Task<Result<void>>(std::string piece)>;

  virtual ~Speaker() = default;
  // Sentence by sentence, as it is made. Fails before the first piece with `invalid`,
  // `quota_exceeded` without credits for it, and as synthesizers fail; later as they or the
  // listener do. What was said until then is paid for. Audio of up to 512 kB is kept.
  virtual Task<Result<void>> say(CallContext context, SpeechWish wish, Listener listener) = 0;
};

// All are borrowed.
struct SpeakerParts {
  SpeechSynthesizer& synthesizer;
  SpokenCache& cache;
  billing::Billing& billing;
  Database& database;
};

// `default_voice` tells what was kept under another default from what is said now.
std::unique_ptr<Speaker> make_speaker(SpeakerParts parts, std::string default_voice);

}  // namespace aiva::voice
