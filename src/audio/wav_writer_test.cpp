#include "audio/wav_writer.h"

#include <gtest/gtest.h>

namespace aiva::audio {
namespace {

using namespace std::string_literals;

TEST(Wav, has_the_header_players_expect) {
  EXPECT_EQ(
      make_wav_header(8000, 2, 3),
      "RIFF\x30\0\0\0WAVEfmt \x10\0\0\0\1\0\2\0\x40\x1f\0\0\0\x7d\0\0\4\0\x10\0data\x0c\0\0\0"s);
  auto open = make_wav_header(16'000, 1, std::nullopt);
  EXPECT_EQ(open.size(), 44U);
  EXPECT_EQ(open.substr(40), "\xda\xff\xff\xff"s);
  EXPECT_EQ(make_wav_header(16'000, 1, 1ULL << 40U), open);
}

}  // namespace
}  // namespace aiva::audio
