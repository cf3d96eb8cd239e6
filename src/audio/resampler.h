#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace aiva::audio {

// Whether a Resampler goes from one rate to the other: both 8000…192000 samples a second, and their
// ratio in lowest terms no longer than 640.
bool can_resample(int from, int to);

// Changes the rate of one stream of 16-bit samples by a polyphase FIR filter (windowed sinc, flat
// to 0.83 of the lower rate's band, 65 dB down at 1.06 of it). Of any stretch it gives exactly its
// part of the samples, however the pieces are cut. Not for two threads at once.
class Resampler {
 public:
  // can_resample(from, to) must hold.
  Resampler(int from, int to);

  // Appends what the next samples of the stream complete; the end of it, some 2 ms, is held back.
  void feed(std::span<const std::int16_t> samples, std::vector<std::int16_t>& out);
  // Appends what is held back and starts a new stream.
  void finish(std::vector<std::int16_t>& out);
  // Starts a new stream.
  void reset();

 private:
  void take(std::vector<std::int16_t>& out);

  std::size_t up_;    // samples out …
  std::size_t down_;  // … for so many in
  std::size_t taps_;  // of a phase
  // A row of taps for each phase, in units of 2^-14: 32-bit sums of products cannot overflow.
  std::vector<std::int16_t> filter_;
  std::vector<std::int16_t> waiting_;  // samples that outputs to come still look at
  std::size_t first_ = 0;              // of them, that the next output looks at
  std::size_t phase_ = 0;              // of that output
  std::size_t fed_ = 0;                // of the stream
  std::size_t given_ = 0;
};

// A whole piece of sound at another rate. can_resample(from, to) must hold.
std::vector<std::int16_t> resample(std::span<const std::int16_t> samples, int from, int to);

}  // namespace aiva::audio
