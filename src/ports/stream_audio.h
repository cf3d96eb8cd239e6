#pragma once

#include <cstddef>
#include <cstdint>

namespace aiva {

// How a stream's samples are written: linear 16-bit little-endian, or G.711, one channel.
struct StreamAudio {
  enum class Coding : std::uint8_t { linear16, mulaw, alaw } coding = Coding::linear16;
  int rate = 8'000;  // samples a second; G.711 has 8000

  [[nodiscard]] constexpr std::size_t bytes_per_sample() const {
    return coding == Coding::linear16 ? 2 : 1;
  }
  [[nodiscard]] constexpr std::int64_t bytes_in(std::int64_t ms) const {
    return ms * rate / 1000 * static_cast<std::int64_t>(bytes_per_sample());
  }
  [[nodiscard]] constexpr std::int64_t ms_in(std::int64_t bytes) const {
    return bytes / static_cast<std::int64_t>(bytes_per_sample()) * 1000 / rate;
  }
  bool operator==(const StreamAudio&) const = default;
};

}  // namespace aiva
