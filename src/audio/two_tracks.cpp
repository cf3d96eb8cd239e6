#include "audio/two_tracks.h"

#include <algorithm>
#include <cstddef>

namespace aiva::audio {
namespace {

constexpr std::uint64_t seconds_waiting_max = 10;

}  // namespace

TwoTracks::TwoTracks(int rate, std::uint64_t begin)
    : waiting_max_(static_cast<std::uint64_t>(rate) * seconds_waiting_max), taken_(begin) {}

void TwoTracks::put(Side side, std::uint64_t at, std::span<const std::int16_t> samples) {
  if (at < taken_) {
    auto late = std::min<std::uint64_t>(taken_ - at, samples.size());
    samples = samples.subspan(static_cast<std::size_t>(late));
    at = taken_;
  }
  auto place = at - taken_;
  if (samples.empty() || place >= waiting_max_) return;
  auto room = static_cast<std::size_t>(waiting_max_ - place);
  samples = samples.first(std::min(samples.size(), room));
  auto& own = samples_of(side);
  own.resize(static_cast<std::size_t>(place));
  own.insert(own.end(), samples.begin(), samples.end());
}

void TwoTracks::cut(Side side, std::uint64_t at) {
  auto& own = samples_of(side);
  auto kept = at > taken_ ? at - taken_ : 0;
  if (kept < own.size()) own.resize(static_cast<std::size_t>(kept));
}

std::uint64_t TwoTracks::end_of(Side side) const {
  return taken_ + sides_.at(side == Side::right).size();
}

void TwoTracks::take(std::uint64_t until, std::vector<std::int16_t>& out) {
  if (until <= taken_) return;
  auto count = static_cast<std::size_t>(std::min(until - taken_, waiting_max_));
  auto begin = out.size();
  out.resize(begin + 2 * count);
  for (std::size_t which = 0; which < sides_.size(); ++which) {
    auto& own = sides_.at(which);
    auto there = std::min(count, own.size());
    for (std::size_t i = 0; i < there; ++i) out[begin + 2 * i + which] = own[i];
    own.erase(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(there));
  }
  taken_ += count;
}

}  // namespace aiva::audio
