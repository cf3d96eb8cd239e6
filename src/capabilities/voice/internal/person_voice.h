#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audio/resampler.h"
#include "capabilities/voice/leg.h"

namespace aiva::voice {

// What a person says into a call, between a network's bursts and a frame every 20 ms. Of more than
// a second the oldest is dropped.
class PersonVoice {
 public:
  // `rate`: of what is said; audio::can_resample() to the leg's must hold.
  PersonVoice(AudioFormat format, int rate);

  // 16-bit little-endian samples; an odd last byte is dropped.
  void add(std::string_view bytes);
  // The next frame in the leg's format; empty while nothing is said.
  std::string_view next_frame();

 private:
  AudioFormat format_;
  std::optional<audio::Resampler> resampler_{};  // none where the rates are the same
  std::vector<std::int16_t> said_{};
  std::vector<std::int16_t> samples_{};  // of the leg's rate
  std::string frame_{};
  bool is_flowing_ = false;
};

}  // namespace aiva::voice
