#include "capabilities/voice/internal/spoken_track.h"

#include <algorithm>
#include <utility>

namespace aiva::voice {
namespace {

constexpr int start_ms = 100;   // of voice are more than a click
constexpr int prefix_ms = 300;  // before it, which belongs to the first word
constexpr int silence_ms = 800;
constexpr int piece_ms_max = 30'000;

}  // namespace

SpokenTrack::SpokenTrack(AudioFormat format, std::unique_ptr<VoiceDetector> detector,
                         double voice_threshold)
    : ear_(format, std::move(detector)), voice_threshold_(voice_threshold) {}

std::optional<SpokenPiece> SpokenTrack::hear(CallMs now, std::string_view audio) {
  windows_.clear();
  ear_.hear(audio, windows_);
  for (const auto& window : windows_) {
    if (window.probability < voice_threshold_) {
      run_ms_ = std::max(0, run_ms_ - 2 * window.ms);
      continue;
    }
    last_voice_ = now;
    run_ms_ += window.ms;
    if (began_ || run_ms_ < start_ms) continue;
    began_ = now - run_ms_;
    ear_.begin_utterance(prefix_ms + run_ms_);
  }
  return beat(now);
}

std::optional<SpokenPiece> SpokenTrack::beat(CallMs now) {
  bool is_over = began_ && (now - last_voice_ >= silence_ms || now - *began_ >= piece_ms_max);
  return is_over ? finish(now) : std::nullopt;
}

std::optional<SpokenPiece> SpokenTrack::finish(CallMs now) {
  run_ms_ = 0;
  if (!began_) return std::nullopt;
  SpokenPiece piece{.starts_ms = *std::exchange(began_, std::nullopt),
                    .ends_ms = std::min(now, last_voice_)};
  piece.samples = ear_.take_utterance();
  return piece;
}

}  // namespace aiva::voice
