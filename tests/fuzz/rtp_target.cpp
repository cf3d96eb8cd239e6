#include "rtp_target.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <span>
#include <vector>

#include "audio/g711.h"
#include "audio/jitter_buffer.h"
#include "audio/rtp_packet.h"

namespace aiva::fuzz {

void play_rtp(std::string_view bytes) {
  std::span<const std::uint8_t> rest(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                     bytes.size());
  audio::JitterBuffer buffer;
  std::chrono::milliseconds now{0};
  while (!rest.empty()) {
    const auto length = std::min<std::size_t>(rest[0], rest.size() - 1);
    const auto piece = rest.subspan(1, length);
    rest = rest.subspan(1 + length);
    now += std::chrono::milliseconds(20);
    if (auto packet = audio::parse_rtp(piece)) {
      // What was read is written and read again as the same.
      std::vector<std::uint8_t> again;
      audio::append_rtp(*packet, again);
      auto second = audio::parse_rtp(again);
      if (!second || second->sequence != packet->sequence ||
          !std::ranges::equal(second->payload, packet->payload))
        std::abort();
      (void)audio::parse_telephone_event(packet->payload);
      std::vector<std::int16_t> samples(packet->payload.size());
      audio::decode_g711(audio::G711Law::mu, packet->payload, samples);
      buffer.put({.sequence = packet->sequence,
                  .timestamp = packet->timestamp,
                  .source = packet->source,
                  .samples = samples},
                 now);
    }
    std::array<std::int16_t, 160> out{};
    buffer.take(out);
    if (buffer.delay_ms() > 1500 || buffer.counts().lost > 70'000 * buffer.counts().received)
      std::abort();
  }
}

}  // namespace aiva::fuzz
