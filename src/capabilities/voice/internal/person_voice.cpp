#include "capabilities/voice/internal/person_voice.h"

#include <algorithm>
#include <span>

#include "capabilities/voice/internal/samples.h"

namespace aiva::voice {
namespace {

constexpr int waiting_ms_min = 3 * frame_ms;  // before it begins to flow
constexpr int waiting_ms_max = 1'000;

}  // namespace

PersonVoice::PersonVoice(AudioFormat format, int rate) : format_(format) {
  if (rate != format.rate) resampler_.emplace(rate, format.rate);
}

void PersonVoice::add(std::string_view bytes) {
  AudioFormat linear{.coding = Coding::pcm16, .rate = format_.rate};
  if (resampler_) {
    said_.clear();
    append_samples(linear, bytes, said_);
    resampler_->feed(said_, samples_);
  } else {
    append_samples(linear, bytes, samples_);
  }
  auto most = static_cast<std::size_t>(format_.rate) * waiting_ms_max / 1000;
  if (samples_.size() > most)
    samples_.erase(samples_.begin(), samples_.end() - static_cast<std::ptrdiff_t>(most));
}

std::string_view PersonVoice::next_frame() {
  auto frame = static_cast<std::size_t>(format_.rate) * frame_ms / 1000;
  auto begin = static_cast<std::size_t>(format_.rate) * waiting_ms_min / 1000;
  if (samples_.size() < (is_flowing_ ? frame : begin)) {
    is_flowing_ = false;
    return {};
  }
  is_flowing_ = true;
  frame_ = to_bytes(format_, std::span(samples_).first(frame));
  samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(frame));
  return frame_;
}

}  // namespace aiva::voice
