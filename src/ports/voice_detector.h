#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace aiva {

// Tells a voice from other sounds in one stream; not safe for two threads at once.
class VoiceDetector {
 public:
  static constexpr int rate = 16'000;         // samples a second
  static constexpr std::size_t window = 512;  // samples: 32 ms

  virtual ~VoiceDetector() = default;
  // The probability, 0…1, that the next window of the stream holds a voice. Computes where it is
  // called, within some 0.1 ms.
  virtual float hear(std::span<const std::int16_t, window> samples) = 0;
  // What comes next belongs to another stream.
  virtual void reset() = 0;
};

// Makes detectors that share one model; any thread.
class VoiceDetectors {
 public:
  virtual ~VoiceDetectors() = default;
  virtual std::unique_ptr<VoiceDetector> make() = 0;
};

}  // namespace aiva
