#include "capabilities/voice/internal/line_quality.h"

#include <algorithm>
#include <cmath>

#include "capabilities/voice/leg.h"

namespace aiva::voice {
namespace {

constexpr std::int64_t gap_ms_min = 3 * frame_ms;  // shorter ones go unheard
constexpr std::int64_t gap_ms_max = 1'000;         // a longer one is silence that was not sent
constexpr CallMs duration_ms_min = 1'000;
constexpr double burst_ratio_max = 2;
constexpr double jitter_gain = 1.0 / 16;  // RFC 3550

}  // namespace

void LineQuality::heard(CallMs now, std::int64_t ms) {
  if (heard_until_ < 0) heard_until_ = now - ms;
  auto gap = now - ms - heard_until_;
  if (gap >= gap_ms_min) {
    if (gap <= gap_ms_max) {
      in_.ms += gap;
      ++in_.runs;
    }
    heard_until_ = now;
  } else {
    heard_until_ += ms;
  }
}

void LineQuality::begun(double late_ms) {
  ++frames_;
  late_sum_ms_ += late_ms;
  jitter_ms_ += (std::abs(late_ms - last_late_ms_) - jitter_ms_) * jitter_gain;
  last_late_ms_ = late_ms;
}

void LineQuality::skipped(std::int64_t frames) {
  if (frames > 0) lose_out(frames);
}

void LineQuality::lose_out(std::int64_t frames) {
  out_.ms += frames * frame_ms;
  if (last_missed_ < 0 || last_missed_ + 1 < frames_) ++out_.runs;
  last_missed_ = frames_;
}

audio::CarriedAudio LineQuality::carried(CallMs duration) const {
  audio::CarriedAudio carried{.is_concealed = false};
  // A frame is filled at either end before it is sent.
  carried.delay_ms = 2.0 * frame_ms;
  if (frames_ > 0) carried.delay_ms += late_sum_ms_ / static_cast<double>(frames_);
  carried.jitter_ms = jitter_ms_;
  const auto& worse = in_.ms > out_.ms ? in_ : out_;
  if (worse.ms == 0 || duration <= 0) return carried;
  carried.loss = std::min(1.0, static_cast<double>(worse.ms) / static_cast<double>(duration));
  // How long runs of losses are, against how long they would be by chance; the model is made for
  // ratios up to 2 (G.107).
  auto run = static_cast<double>(worse.ms) / frame_ms / static_cast<double>(worse.runs);
  carried.burst_ratio = std::clamp(run * (1 - carried.loss), 1.0, burst_ratio_max);
  return carried;
}

double opinion_of(const audio::CarriedAudio& carried, CallMs duration) {
  if (duration < duration_ms_min) return 0;
  return audio::to_mean_opinion_score(audio::rate_transmission(carried));
}

}  // namespace aiva::voice
