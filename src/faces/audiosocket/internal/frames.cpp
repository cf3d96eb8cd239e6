#include "faces/audiosocket/internal/frames.h"

#include <algorithm>
#include <array>
#include <utility>

namespace aiva::audiosocket {
namespace {

constexpr auto first_audio = static_cast<std::uint8_t>(Kind::audio_8k);
constexpr auto rates =
    std::to_array({8'000, 12'000, 16'000, 24'000, 32'000, 44'100, 48'000, 96'000, 192'000});

std::size_t size_of(std::string_view header) {
  auto high = static_cast<std::uint8_t>(header[1]);
  auto low = static_cast<std::uint8_t>(header[2]);
  return header_bytes + (std::size_t{high} << 8 | low);
}

}  // namespace

std::optional<int> rate_of(std::uint8_t kind) {
  auto index = static_cast<std::size_t>(kind) - first_audio;
  if (kind < first_audio || index >= rates.size()) return std::nullopt;
  return rates.at(index);
}

std::optional<Kind> audio_kind_of(int rate) {
  auto found = std::ranges::find(rates, rate);
  if (found == rates.end()) return std::nullopt;
  return static_cast<Kind>(first_audio + (found - rates.begin()));
}

void append_frame(std::string& out, Kind kind, std::string_view payload) {
  out += static_cast<char>(kind);
  out += static_cast<char>(payload.size() >> 8 & 0xFF);
  out += static_cast<char>(payload.size() & 0xFF);
  out += payload;
}

void FrameParser::feed(std::string_view bytes) {
  kept_ += fed_;
  fed_ = bytes;
}

std::optional<Frame> FrameParser::next() {
  if (!kept_.empty()) {
    auto complete_to = [this](std::size_t size) {
      auto taken = std::min(fed_.size(), size - std::min(size, kept_.size()));
      kept_ += fed_.substr(0, taken);
      fed_.remove_prefix(taken);
      return kept_.size() >= size;
    };
    if (!complete_to(header_bytes) || !complete_to(size_of(kept_))) return std::nullopt;
    whole_ = std::exchange(kept_, {});
    return Frame{static_cast<std::uint8_t>(whole_[0]),
                 std::string_view(whole_).substr(header_bytes)};
  }
  if (fed_.size() < header_bytes || fed_.size() < size_of(fed_)) {
    kept_ = std::exchange(fed_, {});
    return std::nullopt;
  }
  auto frame = fed_.substr(0, size_of(fed_));
  fed_.remove_prefix(frame.size());
  return Frame{static_cast<std::uint8_t>(frame[0]), frame.substr(header_bytes)};
}

}  // namespace aiva::audiosocket
