#pragma once

#include <cstdint>
#include <span>

namespace aiva::audio {

// The two ways of telephone networks to put a sample into 8 bits (ITU-T G.711).
enum class G711Law { mu, a };

// What silence looks like on the wire.
constexpr std::uint8_t g711_silence(G711Law law) { return law == G711Law::mu ? 0xFF : 0xD5; }

// Bytes to 16-bit samples and back; both spans have the same size.
void decode_g711(G711Law law, std::span<const std::uint8_t> bytes, std::span<std::int16_t> samples);
void encode_g711(G711Law law, std::span<const std::int16_t> samples, std::span<std::uint8_t> bytes);

}  // namespace aiva::audio
