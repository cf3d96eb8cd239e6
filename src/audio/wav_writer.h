#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace aiva::audio {

// The first 44 bytes of a WAV file of 16-bit samples. Without `frames` its length is left open, as
// players accept it of a stream; never more than 4 GiB are announced.
std::string make_wav_header(int rate, int channels, std::optional<std::uint64_t> frames);

}  // namespace aiva::audio
