#include "capabilities/voice/internal/ear.h"

#include <algorithm>
#include <span>
#include <utility>

#include "capabilities/voice/internal/samples.h"

namespace aiva::voice {
namespace {

constexpr std::size_t samples_per_ms = VoiceDetector::rate / 1000;
constexpr std::size_t remembered = 1'000 * samples_per_ms;  // before an utterance begins
constexpr int window_ms = VoiceDetector::window / samples_per_ms;

}  // namespace

Ear::Ear(AudioFormat format, std::unique_ptr<VoiceDetector> detector)
    : format_(format), detector_(std::move(detector)) {
  if (format.rate != VoiceDetector::rate) resampler_.emplace(format.rate, VoiceDetector::rate);
}

void Ear::hear(std::string_view audio, std::vector<HeardWindow>& windows) {
  raw_.clear();
  append_samples(format_, audio, raw_);
  auto frame = static_cast<std::size_t>(format_.rate) / 1000 * frame_ms;
  for (auto rest = std::span<const std::int16_t>(raw_); !rest.empty();) {
    auto next = rest.first(std::min(frame, rest.size()));
    rest = rest.subspan(next.size());
    hear_frame(next, windows);
  }
  forget();
}

// A frame is shorter than a window and completes one at most.
void Ear::hear_frame(std::span<const std::int16_t> frame, std::vector<HeardWindow>& windows) {
  is_open_ = gate_.may_hold_voice(frame) || is_open_;
  if (resampler_) {
    resampler_->feed(frame, kept_);
  } else {
    kept_.insert(kept_.end(), frame.begin(), frame.end());
  }
  while (kept_.size() - looked_at_ >= VoiceDetector::window) {
    auto window = std::span(kept_).subspan(looked_at_).first<VoiceDetector::window>();
    looked_at_ += VoiceDetector::window;
    bool listens = std::exchange(is_open_, false);
    if (listens && !was_listening_) detector_->reset();
    was_listening_ = listens;
    windows.push_back({.ms = window_ms, .probability = listens ? detector_->hear(window) : 0});
  }
}

// Between utterances the last second is kept; it is cut only now and then.
void Ear::forget() {
  if (begin_ || looked_at_ < 2 * remembered) return;
  auto cut = looked_at_ - remembered;
  kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(cut));
  looked_at_ -= cut;
}

void Ear::begin_utterance(int ms) {
  auto wanted = static_cast<std::size_t>(std::max(ms, 0)) * samples_per_ms;
  begin_ = looked_at_ - std::min(looked_at_, wanted);
}

void Ear::drop_utterance() {
  begin_.reset();
  forget();
}

std::vector<std::int16_t> Ear::utterance() const {
  if (!begin_) return {};
  return {kept_.begin() + static_cast<std::ptrdiff_t>(*begin_), kept_.end()};
}

std::vector<std::int16_t> Ear::take_utterance() {
  auto samples = utterance();
  drop_utterance();
  return samples;
}

}  // namespace aiva::voice
