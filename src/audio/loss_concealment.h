#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace aiva::audio {

// Makes up speech for what a network lost, out of the last pitch period, fading to silence within
// 50 ms (after G.711 Appendix I; pitch is looked for as at 8000 samples a second).
class LossConcealment {
 public:
  LossConcealment();
  ~LossConcealment();
  LossConcealment(LossConcealment&&) noexcept;
  LossConcealment& operator=(LossConcealment&&) noexcept;

  // Hears what arrived; behind a gap it smooths the beginning.
  void hear(std::span<std::int16_t> samples);
  // Makes up the next samples.
  void make_up(std::span<std::int16_t> samples);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aiva::audio
