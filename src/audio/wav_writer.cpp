#include "audio/wav_writer.h"

#include <algorithm>
#include <limits>

namespace aiva::audio {
namespace {

constexpr std::uint32_t bits = 16;
constexpr std::uint32_t header_rest = 36;  // behind the first length

void append_little(std::uint64_t value, int bytes, std::string& out) {
  for (int i = 0; i < bytes; ++i) {
    out += static_cast<char>(value & 0xFFU);
    value >>= 8U;
  }
}

}  // namespace

std::string make_wav_header(int rate, int channels, std::optional<std::uint64_t> frames) {
  constexpr std::uint64_t length_max = std::numeric_limits<std::uint32_t>::max() - header_rest;
  const auto frame_bytes = static_cast<std::uint64_t>(channels) * bits / 8;
  const auto whole_max = length_max / frame_bytes * frame_bytes;
  const auto length = frames ? std::min(*frames, whole_max / frame_bytes) * frame_bytes : whole_max;
  std::string header = "RIFF";
  append_little(length + header_rest, 4, header);
  header += "WAVEfmt ";
  append_little(16, 4, header);
  append_little(1, 2, header);  // PCM
  append_little(static_cast<std::uint64_t>(channels), 2, header);
  append_little(static_cast<std::uint64_t>(rate), 4, header);
  append_little(static_cast<std::uint64_t>(rate) * frame_bytes, 4, header);
  append_little(frame_bytes, 2, header);
  append_little(bits, 2, header);
  header += "data";
  append_little(length, 4, header);
  return header;
}

}  // namespace aiva::audio
