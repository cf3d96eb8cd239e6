#include "adapters/onnx/internal/utterance_pieces.h"

#include <algorithm>
#include <limits>

namespace aiva {
namespace {

constexpr int windows_a_second = 25;  // 40 ms: shorter than a pause, longer than a pitch period
constexpr std::int64_t silent_power = 32 * 32;

std::int64_t mean_power(std::span<const std::int16_t> samples) {
  std::int64_t sum = 0;
  for (std::int64_t sample : samples) sum += sample * sample;
  return samples.empty() ? 0 : sum / static_cast<std::int64_t>(samples.size());
}

// The middle of the quietest window that begins in the second half.
std::size_t quietest_place(std::span<const std::int16_t> samples, std::size_t window) {
  auto best = samples.size();
  auto least = std::numeric_limits<std::int64_t>::max();
  for (auto at = samples.size() / 2; at + window <= samples.size(); at += window / 2) {
    const auto power = mean_power(samples.subspan(at, window));
    if (power > least) continue;
    least = power;
    best = at + window / 2;
  }
  return best;
}

}  // namespace

std::vector<std::span<const std::int16_t>> cut_utterance(std::span<const std::int16_t> samples,
                                                         int rate, std::size_t length_max) {
  std::vector<std::span<const std::int16_t>> pieces;
  const auto window = static_cast<std::size_t>(rate / windows_a_second);
  while (samples.size() > length_max) {
    const auto length = quietest_place(samples.first(length_max), window);
    pieces.push_back(samples.first(length));
    samples = samples.subspan(length);
  }
  if (!samples.empty()) pieces.push_back(samples);
  return pieces;
}

bool is_silent(std::span<const std::int16_t> samples, int rate) {
  const auto window = static_cast<std::size_t>(rate / windows_a_second);
  while (!samples.empty()) {
    const auto piece = samples.first(std::min(window, samples.size()));
    if (mean_power(piece) > silent_power) return false;
    samples = samples.subspan(piece.size());
  }
  return true;
}

}  // namespace aiva
