#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audio/resampler.h"
#include "capabilities/voice/leg.h"
#include "ports/realtime_model.h"

namespace aiva::voice {

// A leg's audio as a provider takes it, and back. G.711 is copied, linear audio of 8000 samples a
// second becomes G.711, any other goes at 24,000.
class ProviderAudio {
 public:
  explicit ProviderAudio(AudioFormat leg);

  [[nodiscard]] RealtimeCoding coding() const { return coding_; }
  // Valid until the next call of the same function.
  [[nodiscard]] std::string_view to_provider(std::string_view audio);
  [[nodiscard]] std::string_view to_leg(std::string_view audio);
  // What follows to the leg does not continue what went before.
  void break_off();

 private:
  AudioFormat leg_;
  RealtimeCoding coding_;
  AudioFormat provider_;
  std::optional<audio::Resampler> up_{};
  std::optional<audio::Resampler> down_{};
  std::vector<std::int16_t> samples_{};
  std::vector<std::int16_t> resampled_{};
  std::string heard_{};
  std::string spoken_{};
};

}  // namespace aiva::voice
