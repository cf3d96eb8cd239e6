#include "audio/call_quality.h"

#include <algorithm>

namespace aiva::audio {

double rate_transmission(const CarriedAudio& audio) {
  // The signal against noise with all of G.107's defaults.
  constexpr double rating_max = 93.2;
  constexpr double noticed_ms = 177.3;
  const double delay = std::max(0.0, audio.delay_ms) + 2 * std::max(0.0, audio.jitter_ms);
  const double by_delay = 0.024 * delay + 0.11 * std::max(0.0, delay - noticed_ms);
  // G.711 itself costs nothing; how it bears losses is measured.
  const double robustness = audio.is_concealed ? 25.1 : 4.3;
  const double loss_percent = 100 * std::clamp(audio.loss, 0.0, 1.0);
  const double bursts = std::max(1.0, audio.burst_ratio);
  const double by_loss = 95 * loss_percent / (loss_percent / bursts + robustness);
  return std::clamp(rating_max - by_delay - by_loss, 0.0, rating_max);
}

double to_mean_opinion_score(double rating) {
  if (rating <= 0) return 1;
  if (rating >= 100) return 4.5;
  // The polynomial dips below 1 for the smallest ratings.
  return std::max(1.0, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6);
}

}  // namespace aiva::audio
