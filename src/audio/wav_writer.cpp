#include "audio/wav_writer.h"

#include <algorithm>
#include <limits>

namespace aiva::audio {
namespace {

constexpr std::uint32_t bits = 16;
constexpr std::uint32_t header_rest = 36;  // behind the first length
constexpr std::size_t seconds_apart_max = 10;

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

void StereoWav::add(Side side, std::span<const std::int16_t> samples) {
  auto& own = sides_[side == Side::left ? 0 : 1];
  auto& other = sides_[side == Side::left ? 1 : 0];
  own.insert(own.end(), samples.begin(), samples.end());
  const auto apart_max = static_cast<std::size_t>(rate_) * seconds_apart_max;
  if (own.size() > other.size() + apart_max) other.resize(own.size() - apart_max);
}

void StereoWav::extend(std::uint64_t frames) {
  if (frames <= taken_) return;
  for (auto& side : sides_)
    side.resize(std::max<std::size_t>(side.size(), static_cast<std::size_t>(frames - taken_)));
}

std::string StereoWav::take() {
  std::string out;
  if (!has_header_) out = make_wav_header(rate_, 2, std::nullopt);
  has_header_ = true;
  const auto count = std::min(sides_[0].size(), sides_[1].size());
  out.reserve(out.size() + count * 4);
  for (std::size_t i = 0; i < count; ++i)
    for (const auto& side : sides_) append_little(static_cast<std::uint16_t>(side[i]), 2, out);
  for (auto& side : sides_)
    side.erase(side.begin(), side.begin() + static_cast<std::ptrdiff_t>(count));
  taken_ += count;
  return out;
}

std::string StereoWav::finish() {
  extend(taken_ + std::max(sides_[0].size(), sides_[1].size()));
  return take();
}

}  // namespace aiva::audio
