#include <gmock/gmock.h>

#include <random>
#include <string>
#include <vector>

#include "faces/audiosocket/internal/frames.h"

namespace aiva::audiosocket {
namespace {

using testing::ElementsAre;

// Kinds and payloads of what is fed in pieces of that size.
std::vector<std::string> frames_of(const std::string& bytes, std::size_t piece) {
  FrameParser parser;
  std::vector<std::string> frames;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    auto part = bytes.substr(at, piece);
    parser.feed(part);
    while (auto frame = parser.next())
      frames.push_back(std::to_string(frame->kind) + ":" + std::string(frame->payload));
  }
  return frames;
}

TEST(AudioSocketFrames, are_the_same_however_the_bytes_arrive) {
  std::string bytes;
  append_frame(bytes, Kind::id, "0123456789abcdef");
  append_frame(bytes, Kind::audio_8k, std::string(320, 'x'));
  append_frame(bytes, Kind::dtmf, "5");
  append_frame(bytes, Kind::audio_16k, "");
  append_frame(bytes, Kind::hang_up, "");
  auto whole = frames_of(bytes, bytes.size());
  EXPECT_THAT(whole,
              ElementsAre("1:0123456789abcdef", "16:" + std::string(320, 'x'), "3:5", "18:", "0:"));
  for (std::size_t piece : {1U, 2U, 3U, 7U, 100U, 341U})
    EXPECT_EQ(frames_of(bytes, piece), whole) << piece;
}

TEST(AudioSocketFrames, carry_the_longest_payload) {
  std::string bytes;
  append_frame(bytes, Kind::audio_192k, std::string(65'535, 'y'));
  EXPECT_EQ(frames_of(bytes, 1'000).at(0).size(), 3U + 65'535U);
}

TEST(AudioSocketFrames, know_the_rates_of_their_kinds) {
  for (int rate : {8'000, 12'000, 16'000, 24'000, 32'000, 44'100, 48'000, 96'000, 192'000})
    EXPECT_EQ(rate_of(static_cast<std::uint8_t>(*audio_kind_of(rate))), rate);
  for (int kind : {0x00, 0x01, 0x03, 0x0F, 0x19, 0xFF})
    EXPECT_FALSE(rate_of(static_cast<std::uint8_t>(kind))) << kind;
  EXPECT_FALSE(audio_kind_of(11'025));
}

}  // namespace
}  // namespace aiva::audiosocket
