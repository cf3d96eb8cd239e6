#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "audio/loss_concealment.h"

namespace aiva::audio {

struct JitterBufferOptions {
  int rate = 8000;        // samples a second, and of timestamps
  int delay_min_ms = 20;  // between the arrival of a packet that is on time and its playing
  int delay_max_ms = 120;
  bool conceals = true;  // makes up what is missing; false: silence
};

// What became of the packets of one stream.
struct JitterCounts {
  std::uint64_t received = 0;
  std::uint64_t late = 0;  // came when their time was over
  std::uint64_t duplicate = 0;
  std::uint64_t reordered = 0;
  std::uint64_t lost = 0;      // never came, as far as sequence numbers tell
  std::uint64_t restarts = 0;  // the sender's clock jumped
};

// Puts the samples of packets in order and plays them evenly. How long it waits follows what the
// network does: longer at once where packets come late, shorter by 10 ms a second where all are
// early, a clock that is not ours included. Works in units of 10 ms; the packets may be of any
// length. One thread at a time.
class JitterBuffer {
 public:
  using Time = std::chrono::microseconds;  // of any steady clock

  explicit JitterBuffer(const JitterBufferOptions& options = {});

  struct Packet {
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    std::uint32_t source = 0;
    std::span<const std::int16_t> samples{};  // at most half a second
  };
  void put(const Packet& packet, Time arrival);
  // A packet of the stream that holds no audio, a key or silence, say: it is not lost.
  void pass(std::uint16_t sequence);

  enum class Played {
    nothing,  // no stream, or one that sends nothing
    all,      // what was sent
    made_up,  // some of it is missing
  };
  // The next samples, a whole number of units, for each call's length of time one call.
  Played take(std::span<std::int16_t> out);

  [[nodiscard]] const JitterCounts& counts() const { return counts_; }
  // As RFC 3550, 6.4.1, estimates it.
  [[nodiscard]] double jitter_ms() const;
  // How much is waiting to be played.
  [[nodiscard]] double delay_ms() const;

 private:
  struct Unit {
    std::int64_t number = -1;  // since the stream began
    std::size_t filled = 0;    // samples of it that came
  };
  static constexpr std::size_t unit_count = 128;  // 1.28 s

  void restart(const Packet& packet);
  bool follow(std::uint16_t sequence);
  void count_distinct();
  void count(const Packet& packet, std::int64_t start, Time arrival);
  [[nodiscard]] bool is_off(std::int64_t start) const;
  bool store(std::span<const std::int16_t> samples, std::int64_t start);
  void adapt_to(std::int64_t start);
  void consider_shorter_wait();
  [[nodiscard]] std::int64_t to_units(int ms) const { return ms / 10; }
  [[nodiscard]] std::int64_t units_waiting() const;
  Played play_unit(std::span<std::int16_t> out);

  JitterBufferOptions options_;
  std::size_t unit_;  // samples
  std::array<Unit, unit_count> units_{};
  std::vector<std::int16_t> samples_;  // of all units, in a ring
  LossConcealment concealment_;
  JitterCounts counts_;

  bool is_started_ = false;
  std::uint32_t source_ = 0;
  std::uint32_t last_timestamp_ = 0;
  std::int64_t last_start_ = 0;     // the same, in samples since the stream began
  std::int64_t playing_ = 0;        // the unit that is played next
  std::int64_t end_ = 0;            // behind the newest unit
  std::int64_t units_to_hold_ = 0;  // to wait longer by
  std::int64_t least_early_ = 0;    // samples before their time, of the packet that was least so
  int units_since_look_ = 0;
  int quiet_units_ = 0;  // played in a row
  int off_packets_ = 0;  // in a row, far from what is being played

  std::uint16_t last_sequence_ = 0;
  std::int64_t newest_sequence_ = 0;
  std::int64_t distinct_ = 0;
  std::uint64_t lost_before_ = 0;  // in streams that ended
  std::int64_t last_transit_ = 0;
  bool has_transit_ = false;
  double jitter_ = 0;  // samples
};

}  // namespace aiva::audio
