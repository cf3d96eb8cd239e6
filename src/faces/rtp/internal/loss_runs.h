#pragma once

#include <cstdint>

namespace aiva::rtp {

// How packets are lost: one here and there, or many in a row. A packet counts as lost when 64 newer
// ones have been numbered.
class LossRuns {
 public:
  void note(std::uint16_t sequence);
  // Sequence numbers are others from now on.
  void restart();

  // The mean length of what is lost in a row, over what it would be if each were lost by chance
  // (G.107, 3.5); at least 1. What is not numbered out yet counts, too.
  [[nodiscard]] double burst_ratio() const;

 private:
  struct Counts {
    std::uint64_t numbers = 0;
    std::uint64_t lost = 0;
    std::uint64_t runs = 0;
    bool is_in_run = false;

    void add(bool came);
  };
  static constexpr int remembered = 64;
  static constexpr int step_max = 3'000;  // a minute; more is another numbering

  Counts counts_{};
  std::uint64_t came_ = 0;  // of the last numbers; the lowest bit is that of the newest
  int known_ = 0;           // how many of the bits count
  std::uint16_t newest_ = 0;
};

}  // namespace aiva::rtp
