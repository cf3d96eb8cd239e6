#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/voice/leg.h"

namespace aiva::voice {

// A leg's bytes as 16-bit samples of its rate, appended; an odd last byte is dropped.
void append_samples(AudioFormat format, std::string_view audio, std::vector<std::int16_t>& samples);

// Samples of the leg's rate as its bytes.
std::string to_bytes(AudioFormat format, std::span<const std::int16_t> samples);

}  // namespace aiva::voice
