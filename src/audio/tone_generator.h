#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva::audio {

// One or two sines at once, then silence.
struct Tone {
  double hertz = 0;
  double second_hertz = 0;  // 0: one sine only
  int on_ms = 0;
  int off_ms = 0;
  double level_db = -13;  // of each sine's peak, of full scale
};

// The touch tones of `digits`: 0…9 * # A…D, and `w`, which waits half a second. Fails with
// `invalid` on others and on more than 64.
Result<std::vector<Tone>> make_dtmf(std::string_view digits, int on_ms = 100, int off_ms = 80);
// What callers hear while the far end rings, in North America and, `is_european`, in Europe.
std::vector<Tone> make_ringback(bool is_european);
// A short beep, as before a recording.
std::vector<Tone> make_beep();

// Plays tones one after the other.
class ToneGenerator {
 public:
  // `rate`: samples a second, above twice the highest tone. `repeats`: begins again at the end.
  ToneGenerator(std::vector<Tone> tones, int rate, bool repeats = false);

  // Fills `out`, behind the end with silence; false when all had been played before.
  bool fill(std::span<std::int16_t> out);

 private:
  [[nodiscard]] std::int16_t make_sample(const Tone& tone) const;

  std::vector<Tone> tones_;
  int rate_;
  bool repeats_;
  std::size_t tone_ = 0;
  std::int64_t position_ = 0;  // samples since the tone began
};

}  // namespace aiva::audio
