#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "audio/energy_gate.h"
#include "audio/resampler.h"
#include "capabilities/voice/leg.h"
#include "ports/speech_recognizer.h"
#include "ports/voice_detector.h"

namespace aiva::voice {

// A window of what was heard.
struct HeardWindow {
  int ms = 0;
  double probability = 0;  // of a voice
};

// Listens to a leg: turns its audio into windows with the probability of a voice, and keeps the
// samples of the utterance that goes on. What the energy gate takes for silence the detector, which
// costs six hundred times as much, does not hear.
class Ear {
 public:
  Ear(AudioFormat format, std::unique_ptr<VoiceDetector> detector);

  // Takes audio of the leg and appends the windows it completes.
  void hear(std::string_view audio, std::vector<HeardWindow>& windows);
  // Keeps what is heard from `ms` before now on.
  void begin_utterance(int ms);
  void drop_utterance();
  // What was said so far, at 16 kHz.
  [[nodiscard]] std::vector<std::int16_t> utterance() const;
  // The same, and ends it.
  std::vector<std::int16_t> take_utterance();

 private:
  void hear_frame(std::span<const std::int16_t> frame, std::vector<HeardWindow>& windows);
  void forget();

  AudioFormat format_;
  std::unique_ptr<VoiceDetector> detector_;
  audio::EnergyGate gate_{};
  bool is_open_ = false;                         // the gate, within the next window
  bool was_listening_ = false;                   // the detector heard the last window
  std::optional<audio::Resampler> resampler_{};  // none where the leg has 16 kHz already
  std::vector<std::int16_t> raw_{};              // of the leg's rate; empty between calls
  std::vector<std::int16_t> kept_{};             // 16 kHz
  std::size_t looked_at_ = 0;                    // samples of kept_ that were in a window
  std::optional<std::size_t> begin_{};           // of the utterance, in kept_
};

}  // namespace aiva::voice
