#include "audio/jitter_buffer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "audio/energy_gate.h"
#include "foundation/result.h"

namespace aiva::audio {
namespace {

constexpr int units_a_second = 100;
constexpr int delay_start_ms = 40;
constexpr std::int64_t ahead_units_max = 100;
constexpr std::int64_t behind_units_max = 100;
constexpr int off_packets_max = 3;
// A packet should be there so long before its time that the next, which may be later, is so too.
constexpr std::int64_t spare_units = 1;
constexpr double quiet_db = -45;

}  // namespace

JitterBuffer::JitterBuffer(const JitterBufferOptions& options)
    : options_(options),
      unit_(static_cast<std::size_t>(options.rate / units_a_second)),
      concealment_(options.rate) {
  AIVA_ASSERT(options.rate >= 8000 && options.delay_min_ms <= options.delay_max_ms);
  samples_.resize(unit_ * unit_count);
}

double JitterBuffer::jitter_ms() const { return jitter_ * 1000 / options_.rate; }
double JitterBuffer::delay_ms() const { return static_cast<double>(units_waiting()) * 10; }

std::int64_t JitterBuffer::units_waiting() const {
  return is_started_ ? std::max<std::int64_t>(0, end_ - playing_) : 0;
}

void JitterBuffer::restart(const Packet& packet) {
  if (is_started_) ++counts_.restarts;
  lost_before_ = counts_.lost;
  is_started_ = true;
  source_ = packet.source;
  last_timestamp_ = packet.timestamp;
  // Whatever was stored has lower numbers from now on, so that none of it is played again.
  last_start_ = (end_ + static_cast<std::int64_t>(unit_count)) * static_cast<std::int64_t>(unit_);
  end_ = last_start_ / static_cast<std::int64_t>(unit_);
  playing_ = end_ - std::clamp(to_units(delay_start_ms), to_units(options_.delay_min_ms),
                               to_units(options_.delay_max_ms));
  units_to_hold_ = 0;
  units_since_look_ = 0;
  least_early_ = std::numeric_limits<std::int64_t>::max();
  off_packets_ = 0;
  last_sequence_ = static_cast<std::uint16_t>(packet.sequence - 1);
  newest_sequence_ = 0;
  distinct_ = 0;
  has_transit_ = false;
}

bool JitterBuffer::is_off(std::int64_t start) const {
  const auto unit = start / static_cast<std::int64_t>(unit_);
  return unit > playing_ + ahead_units_max || unit < playing_ - behind_units_max;
}

void JitterBuffer::put(const Packet& packet, Time arrival) {
  if (packet.samples.empty() || packet.samples.size() > unit_ * units_a_second / 2) return;
  if (!is_started_ || packet.source != source_) restart(packet);
  auto step = static_cast<std::int32_t>(packet.timestamp - last_timestamp_);
  auto start = last_start_ + step;
  if (is_off(start)) {
    // One that strayed is dropped, a clock that was set anew is followed.
    if (++off_packets_ < off_packets_max) return;
    restart(packet);
    start = last_start_;
  }
  off_packets_ = 0;
  last_timestamp_ = packet.timestamp;
  last_start_ = start;
  count(packet, start, arrival);
  adapt_to(start);
  if (!store(packet.samples, start)) ++counts_.duplicate;
}

void JitterBuffer::pass(std::uint16_t sequence) {
  if (!is_started_) return;
  follow(sequence);
  count_distinct();
}

// False: it is not the newest.
bool JitterBuffer::follow(std::uint16_t sequence) {
  const auto step = static_cast<std::int16_t>(sequence - last_sequence_);
  if (step <= 0) return false;
  last_sequence_ = sequence;
  newest_sequence_ += step;
  return true;
}

void JitterBuffer::count_distinct() {
  ++distinct_;
  const auto missing = std::max<std::int64_t>(0, newest_sequence_ - distinct_);
  counts_.lost = lost_before_ + static_cast<std::uint64_t>(missing);
}

void JitterBuffer::count(const Packet& packet, std::int64_t start, Time arrival) {
  ++counts_.received;
  if (!follow(packet.sequence)) ++counts_.reordered;
  const auto transit = arrival.count() * options_.rate / 1'000'000 - start;
  if (has_transit_)
    jitter_ += (std::abs(static_cast<double>(transit - last_transit_)) - jitter_) / 16;
  last_transit_ = transit;
  has_transit_ = true;
}

// Copies what is not too late; false: all of it was there already.
bool JitterBuffer::store(std::span<const std::int16_t> samples, std::int64_t start) {
  bool is_new = false;
  bool is_late = true;
  while (!samples.empty()) {
    const auto number = start / static_cast<std::int64_t>(unit_);
    const auto offset = static_cast<std::size_t>(start) % unit_;
    const auto piece = samples.first(std::min(samples.size(), unit_ - offset));
    if (number >= playing_) {
      is_late = false;
      auto& unit = units_[static_cast<std::size_t>(number) % unit_count];
      if (unit.number != number) unit = {.number = number};
      if (unit.filled < unit_) {
        is_new = true;
        unit.filled += piece.size();
        std::ranges::copy(
            piece,
            samples_.begin() + static_cast<std::ptrdiff_t>(
                                   static_cast<std::size_t>(number) % unit_count * unit_ + offset));
      }
      end_ = std::max(end_, number + 1);
    }
    start += static_cast<std::int64_t>(piece.size());
    samples = samples.subspan(piece.size());
  }
  if (is_late) ++counts_.late;
  if (is_new || is_late) count_distinct();
  return is_new || is_late;
}

// Waits longer from now on where a packet came too late.
void JitterBuffer::adapt_to(std::int64_t start) {
  const auto unit = static_cast<std::int64_t>(unit_);
  const auto early = start - playing_ * unit;
  least_early_ = std::min(least_early_, early);
  if (early >= 0) return;
  const auto wanted = (-early + unit - 1) / unit;
  const auto room = to_units(options_.delay_max_ms) - units_waiting();
  units_to_hold_ = std::max(units_to_hold_, std::min(wanted, room));
}

// Once a second: waits 10 ms less where every packet came earlier than it had to.
void JitterBuffer::consider_shorter_wait() {
  if (++units_since_look_ < units_a_second) return;
  const auto spare = least_early_ / static_cast<std::int64_t>(unit_) - spare_units;
  const bool is_known = least_early_ != std::numeric_limits<std::int64_t>::max();
  const bool is_over = units_waiting() > to_units(options_.delay_max_ms);
  const bool is_more_than_least = units_waiting() > to_units(options_.delay_min_ms);
  // Where nobody speaks nobody hears that 10 ms are left out; too long a wait is worse than that.
  const bool may_skip = quiet_units_ > 0 || units_since_look_ > 2 * units_a_second;
  if (is_known && (is_over || (spare > 0 && is_more_than_least))) {
    if (!may_skip && !is_over) return;
    ++playing_;
    if (is_over) playing_ = end_ - to_units(options_.delay_max_ms);
  }
  units_since_look_ = 0;
  least_early_ = std::numeric_limits<std::int64_t>::max();
}

JitterBuffer::Played JitterBuffer::play_unit(std::span<std::int16_t> out) {
  auto make_up = [&, this] {
    if (options_.conceals)
      concealment_.make_up(out);
    else
      std::ranges::fill(out, std::int16_t{0});
  };
  if (units_to_hold_ > 0 && units_waiting() < to_units(options_.delay_max_ms)) {
    --units_to_hold_;
    make_up();
    return Played::made_up;
  }
  units_to_hold_ = 0;
  const auto place = static_cast<std::size_t>(playing_) % unit_count;
  const bool is_there = units_[place].number == playing_ && units_[place].filled >= unit_;
  const bool is_over = playing_ >= end_;
  ++playing_;
  if (!is_there) {
    make_up();
    return is_over ? Played::nothing : Played::made_up;
  }
  std::ranges::copy(std::span(samples_).subspan(place * unit_, unit_), out.begin());
  if (options_.conceals) concealment_.hear(out);
  return Played::all;
}

JitterBuffer::Played JitterBuffer::take(std::span<std::int16_t> out) {
  AIVA_ASSERT(out.size() % unit_ == 0);
  if (!is_started_) {
    std::ranges::fill(out, std::int16_t{0});
    return Played::nothing;
  }
  bool has_all = true;
  bool has_any = false;
  for (; !out.empty(); out = out.subspan(unit_)) {
    const auto piece = out.first(unit_);
    const auto played = play_unit(piece);
    has_all &= played == Played::all;
    has_any |= played != Played::nothing;
    quiet_units_ = measure_level_db(piece) < quiet_db ? quiet_units_ + 1 : 0;
    consider_shorter_wait();
  }
  if (has_all) return Played::all;
  return has_any ? Played::made_up : Played::nothing;
}

}  // namespace aiva::audio
