#include "capabilities/backup/internal/cutter.h"

#include <algorithm>

namespace aiva::backup {
namespace {

// splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15ULL;
  auto mixed = state;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9ULL;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBULL;
  return mixed ^ mixed >> 31;
}

}  // namespace

Cutter::Cutter(std::uint64_t seed, CutLimits limits)
    : limits_(limits), mask_(~std::uint64_t{0} << (64 - limits.bits)) {
  for (auto& number : gear_) number = next_random(seed);
}

std::size_t Cutter::find_cut() {
  auto end = std::min(buffer_.size(), limits_.bytes_max);
  looked_ = std::max(looked_, limits_.bytes_min);
  while (looked_ < end) {
    hash_ = (hash_ << 1) + gear_[static_cast<std::uint8_t>(buffer_[looked_])];
    ++looked_;
    if ((hash_ & mask_) == 0) return looked_;
  }
  return end == limits_.bytes_max ? end : 0;
}

Result<void> Cutter::add(std::string_view piece, const Sink& sink) {
  buffer_ += piece;
  while (auto cut = find_cut()) {
    TRY_VOID(sink(std::string_view(buffer_).substr(0, cut)));
    buffer_.erase(0, cut);
    looked_ = 0;
    hash_ = 0;
  }
  return {};
}

Result<void> Cutter::finish(const Sink& sink) {
  Result<void> given{};
  if (!buffer_.empty()) given = sink(buffer_);
  buffer_.clear();
  looked_ = 0;
  hash_ = 0;
  return given;
}

}  // namespace aiva::backup
