#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace aiva::audio {

// Finds touch tones (ITU-T Q.23, Q.24) in one stream of 8000 samples a second.
class DtmfDetector {
 public:
  static constexpr int rate = 8000;

  DtmfDetector();
  ~DtmfDetector();
  DtmfDetector(DtmfDetector&&) noexcept;
  DtmfDetector& operator=(DtmfDetector&&) noexcept;

  // The digits, 0…9 * # A…D, whose tones were recognised within these samples, in order: some 30 ms
  // after they began.
  std::string hear(std::span<const std::int16_t> samples);
  // Whether one sounds at the end of what was heard.
  [[nodiscard]] bool is_sounding() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aiva::audio
