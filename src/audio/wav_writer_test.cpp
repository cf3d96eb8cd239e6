#include "audio/wav_writer.h"

#include <gtest/gtest.h>

namespace aiva::audio {
namespace {

using namespace std::string_literals;
using Side = StereoWav::Side;

TEST(Wav, has_the_header_players_expect) {
  EXPECT_EQ(
      make_wav_header(8000, 2, 3),
      "RIFF\x30\0\0\0WAVEfmt \x10\0\0\0\1\0\2\0\x40\x1f\0\0\0\x7d\0\0\4\0\x10\0data\x0c\0\0\0"s);
  auto open = make_wav_header(16'000, 1, std::nullopt);
  EXPECT_EQ(open.size(), 44U);
  EXPECT_EQ(open.substr(40), "\xda\xff\xff\xff"s);
  EXPECT_EQ(make_wav_header(16'000, 1, 1ULL << 40U), open);
}

TEST(StereoWav, interleaves_what_both_sides_have) {
  StereoWav wav(8000);
  wav.add(Side::left, std::vector<std::int16_t>{1, 2, 3});
  wav.add(Side::right, std::vector<std::int16_t>{-1});

  EXPECT_EQ(wav.take(), make_wav_header(8000, 2, std::nullopt) + "\1\0\xff\xff"s);
  EXPECT_EQ(wav.take(), "");
  wav.add(Side::right, std::vector<std::int16_t>{256});
  EXPECT_EQ(wav.take(), "\2\0\0\1"s);
  EXPECT_EQ(wav.finish(), "\3\0\0\0"s);
  EXPECT_EQ(wav.frames(), 3U);
}

TEST(StereoWav, is_silent_where_nobody_spoke) {
  StereoWav wav(8000);
  wav.extend(2);
  wav.add(Side::right, std::vector<std::int16_t>{5});
  wav.extend(1);
  wav.extend(4);

  EXPECT_EQ(wav.take().substr(44), "\0\0\0\0\0\0\0\0\0\0\5\0\0\0\0\0"s);
}

TEST(StereoWav, does_not_wait_for_a_side_for_ever) {
  StereoWav wav(8000);
  const std::vector<std::int16_t> minute(60 * 8000, 1);
  wav.add(Side::left, minute);

  EXPECT_EQ(wav.take().size(), 44U + 50 * 8000 * 4);
  wav.add(Side::right, std::vector<std::int16_t>{2});
  EXPECT_EQ(wav.take(), "\1\0\2\0"s);
}

}  // namespace
}  // namespace aiva::audio
