#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace aiva::audio {

// The two sides of a call on one clock, whose unit is a sample: what was put of each is taken from
// both together, in order. Where a side has nothing there is silence. No more than ten seconds wait
// to be taken; what lies behind them is dropped.
class TwoTracks {
 public:
  // The first sample that is taken is that at `begin`.
  explicit TwoTracks(int rate, std::uint64_t begin = 0);

  enum class Side : std::uint8_t { left, right };
  // Samples from `at` on; they replace what the side had from there on. Those before what was taken
  // are dropped.
  void put(Side side, std::uint64_t at, std::span<const std::int16_t> samples);
  // Forgets what the side has from `at` on.
  void cut(Side side, std::uint64_t at);
  // The first sample the side does not have yet, never before what was taken.
  [[nodiscard]] std::uint64_t end_of(Side side) const;

  // Appends left and right in turn, as far as `until`, at most ten seconds.
  void take(std::uint64_t until, std::vector<std::int16_t>& out);
  [[nodiscard]] std::uint64_t taken() const { return taken_; }

 private:
  std::vector<std::int16_t>& samples_of(Side side) { return sides_.at(side == Side::right); }

  std::uint64_t waiting_max_;  // samples
  std::uint64_t taken_;
  std::array<std::vector<std::int16_t>, 2> sides_{};  // from taken_ on
};

}  // namespace aiva::audio
