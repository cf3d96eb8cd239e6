#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "capabilities/voice/internal/ear.h"
#include "capabilities/voice/turn_taking.h"
#include "ports/voice_detector.h"

namespace aiva::voice {

// What somebody said without a longer pause.
struct SpokenPiece {
  std::vector<std::int16_t> samples{};  // 16 kHz
  CallMs starts_ms = 0;
  CallMs ends_ms = 0;
};

// Cuts one side of a call into pieces that can be written down, where nobody takes turns with it. A
// piece ends with 800 ms of silence, or after half a minute.
class SpokenTrack {
 public:
  SpokenTrack(AudioFormat format, std::unique_ptr<VoiceDetector> detector, double voice_threshold);

  // The audio that ends at `now`; answers the piece that it ends.
  std::optional<SpokenPiece> hear(CallMs now, std::string_view audio);
  // The same where nothing comes; at least every 100 ms.
  std::optional<SpokenPiece> beat(CallMs now);
  // What was begun is over, whatever follows.
  std::optional<SpokenPiece> finish(CallMs now);

 private:
  Ear ear_;
  double voice_threshold_;
  std::vector<HeardWindow> windows_{};
  std::optional<CallMs> began_{};
  CallMs last_voice_ = 0;
  int run_ms_ = 0;  // of voice, before a piece has begun
};

}  // namespace aiva::voice
