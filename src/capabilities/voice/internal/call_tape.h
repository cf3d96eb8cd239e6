#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "audio/two_tracks.h"
#include "capabilities/voice/leg.h"

namespace aiva::voice {

// Both sides of a call as they were heard, on the call's clock: the caller left, the agent right.
// Bursts of a network are laid side by side; what is missing is silence.
class CallTape {
 public:
  // What is given away is `hold_ms` old: so much audio may be late.
  CallTape(AudioFormat format, int hold_ms);

  // As of CallTap.
  void heard(std::int64_t now, std::string_view audio);
  void played(std::int64_t at, std::string_view frame);
  void cut(std::int64_t at);

  // Begins now instead of at the beginning of the call.
  void skip(std::int64_t now);
  // Appends left and right in turn, as far as it is old enough.
  void take(std::int64_t now, std::vector<std::int16_t>& out);
  // The rest.
  void finish(std::int64_t now, std::vector<std::int16_t>& out);
  [[nodiscard]] std::int64_t taken_ms() const;
  [[nodiscard]] int rate() const { return format_.rate; }

 private:
  [[nodiscard]] std::uint64_t sample_at(std::int64_t ms) const;

  AudioFormat format_;
  int hold_ms_;
  audio::TwoTracks tracks_;
  std::vector<std::int16_t> samples_{};
};

}  // namespace aiva::voice
