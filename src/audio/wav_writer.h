#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace aiva::audio {

// The first 44 bytes of a WAV file of 16-bit samples. Without `frames` its length is left open, as
// players accept it of a stream; never more than 4 GiB are announced.
std::string make_wav_header(int rate, int channels, std::optional<std::uint64_t> frames);

// Writes a call as a WAV file with two channels, piece by piece: the caller left, the agent right.
// A side that is behind is silent; no more than ten seconds of one side wait for the other.
class StereoWav {
 public:
  explicit StereoWav(int rate) : rate_(rate) {}

  enum class Side { left, right };
  // Samples that follow what the side has.
  void add(Side side, std::span<const std::int16_t> samples);
  // Makes both sides `frames` long since the beginning: what is missing is silence. Never shorter.
  void extend(std::uint64_t frames);

  // The bytes that both sides have, the header first.
  std::string take();
  // The rest, the shorter side extended.
  std::string finish();
  // How many frames have been taken.
  [[nodiscard]] std::uint64_t frames() const { return taken_; }

 private:
  int rate_;
  bool has_header_ = false;
  std::uint64_t taken_ = 0;
  std::vector<std::int16_t> sides_[2];
};

}  // namespace aiva::audio
