#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace aiva::audio {

// Makes up speech for what a network lost: the last pitch period goes on and fades to silence
// within 60 ms, and what arrives again is faded in (after G.711 Appendix I, but without its delay).
class LossConcealment {
 public:
  // `rate`: samples a second, 8000 or more.
  explicit LossConcealment(int rate);

  // Hears what arrived; behind a gap it changes the first samples.
  void hear(std::span<std::int16_t> samples);
  // Makes up the next samples.
  void make_up(std::span<std::int16_t> samples);

 private:
  void find_period();
  std::int16_t next_sample();

  std::size_t lag_min_;  // of pitches from 400 to 66 Hz
  std::size_t lag_max_;
  std::size_t span_;    // 20 ms, that are compared
  std::size_t steady_;  // 10 ms, before it fades
  std::size_t fade_;    // 50 ms
  std::vector<std::int16_t> history_;
  std::vector<std::int16_t> period_;
  std::size_t position_ = 0;  // in the period
  std::size_t missing_ = 0;   // samples made up since the last that arrived
};

}  // namespace aiva::audio
