#include "audio/g711.h"

#include <gtest/gtest.h>
#include <spandsp.h>

#include <cstdlib>
#include <vector>

namespace aiva::audio {
namespace {

std::int16_t decode(G711Law law, std::uint8_t byte) {
  std::int16_t sample = 0;
  decode_g711(law, {&byte, 1}, {&sample, 1});
  return sample;
}

std::uint8_t encode(G711Law law, std::int16_t sample) {
  std::uint8_t byte = 0;
  encode_g711(law, {&sample, 1}, {&byte, 1});
  return byte;
}

TEST(G711, reads_every_byte_as_another_implementation_does) {
  for (int i = 0; i < 256; ++i) {
    auto byte = static_cast<std::uint8_t>(i);

    EXPECT_EQ(decode(G711Law::mu, byte), ulaw_to_linear(byte)) << i;
    EXPECT_EQ(decode(G711Law::a, byte), alaw_to_linear(byte)) << i;
  }
}

TEST(G711, gives_every_byte_back) {
  for (int i = 0; i < 256; ++i) {
    auto byte = static_cast<std::uint8_t>(i);

    // µ-law has two zeros.
    if (i != 0x7F) EXPECT_EQ(encode(G711Law::mu, decode(G711Law::mu, byte)), byte);
    EXPECT_EQ(encode(G711Law::a, decode(G711Law::a, byte)), byte);
  }
}

TEST(G711, keeps_every_sample_within_half_a_step) {
  for (int i = -32'768; i <= 32'767; ++i) {
    auto sample = static_cast<std::int16_t>(i);
    auto mu = decode(G711Law::mu, encode(G711Law::mu, sample));
    auto a = decode(G711Law::a, encode(G711Law::a, sample));

    ASSERT_LE(std::abs(mu - i), std::abs(i) / 32 + 8 + (std::abs(i) > 32'124 ? 650 : 0)) << i;
    ASSERT_LE(std::abs(a - i), std::abs(i) / 32 + 16) << i;
  }
}

TEST(G711, is_silent_where_it_says_so) {
  EXPECT_EQ(decode(G711Law::mu, g711_silence(G711Law::mu)), 0);
  EXPECT_EQ(decode(G711Law::a, g711_silence(G711Law::a)), 8);
}

}  // namespace
}  // namespace aiva::audio
