#include "capabilities/voice/internal/call_tape.h"

#include <algorithm>

#include "capabilities/voice/internal/samples.h"

namespace aiva::voice {
namespace {

using Side = audio::TwoTracks::Side;

// A pause of the caller's audio that is longer is one; a shorter one is the network's.
constexpr std::int64_t jitter_ms_max = 200;
// Audio that comes faster than it is spoken runs ahead no further.
constexpr std::int64_t ahead_ms_max = 2'000;

}  // namespace

CallTape::CallTape(AudioFormat format, int hold_ms)
    : format_(format), hold_ms_(hold_ms), tracks_(format.rate) {}

std::uint64_t CallTape::sample_at(std::int64_t ms) const {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, ms)) *
         static_cast<std::uint64_t>(format_.rate) / 1000;
}

void CallTape::heard(std::int64_t now, std::string_view audio) {
  samples_.clear();
  append_samples(format_, audio, samples_);
  auto end = tracks_.end_of(Side::left);
  if (end > sample_at(now + ahead_ms_max)) return;
  auto here = sample_at(now);
  auto begin = here - std::min<std::uint64_t>(here, samples_.size());
  bool was_paused = begin > end + sample_at(jitter_ms_max);
  tracks_.put(Side::left, was_paused ? begin : end, samples_);
}

void CallTape::played(std::int64_t at, std::string_view frame) {
  samples_.clear();
  append_samples(format_, frame, samples_);
  tracks_.put(Side::right, sample_at(at), samples_);
}

void CallTape::cut(std::int64_t at) { tracks_.cut(Side::right, sample_at(at)); }

void CallTape::skip(std::int64_t now) { tracks_ = audio::TwoTracks(format_.rate, sample_at(now)); }

void CallTape::take(std::int64_t now, std::vector<std::int16_t>& out) {
  tracks_.take(sample_at(now - hold_ms_), out);
}

void CallTape::finish(std::int64_t now, std::vector<std::int16_t>& out) {
  // What is ahead of the end was never heard.
  tracks_.take(sample_at(now), out);
}

std::int64_t CallTape::taken_ms() const {
  return static_cast<std::int64_t>(tracks_.taken() * 1000 /
                                   static_cast<std::uint64_t>(format_.rate));
}

}  // namespace aiva::voice
