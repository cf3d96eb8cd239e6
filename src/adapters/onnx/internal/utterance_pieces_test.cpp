#include "adapters/onnx/internal/utterance_pieces.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace aiva {
namespace {

constexpr int rate = 16'000;

// A square wave, so that every window is as loud.
std::vector<std::int16_t> make_tone(std::size_t count, std::int16_t size) {
  std::vector<std::int16_t> samples(count);
  for (std::size_t i = 0; i < count; ++i)
    samples[i] = i / 20 % 2 == 0 ? size : static_cast<std::int16_t>(-size);
  return samples;
}

TEST(UtterancePieces, are_cut_in_the_pause) {
  auto samples = make_tone(50UL * rate, 5000);
  std::fill_n(samples.begin() + 22 * rate, rate / 4, std::int16_t{20});

  auto pieces = cut_utterance(samples, rate, 30UL * rate);

  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_GE(pieces[0].size(), 22UL * rate);
  EXPECT_LE(pieces[0].size(), 22UL * rate + rate / 4);
  EXPECT_EQ(pieces[0].size() + pieces[1].size(), samples.size());
}

TEST(UtterancePieces, are_never_too_long_and_lose_nothing) {
  for (std::size_t count :
       {std::size_t{0}, std::size_t{1}, 30UL * rate, 30UL * rate + 1, 119UL * rate + 13}) {
    auto samples = make_tone(count, 5000);

    auto pieces = cut_utterance(samples, rate, 30UL * rate);

    std::size_t sum = 0;
    for (auto piece : pieces) {
      EXPECT_FALSE(piece.empty());
      EXPECT_LE(piece.size(), 30UL * rate);
      sum += piece.size();
    }
    EXPECT_EQ(sum, count);
  }
}

TEST(UtterancePieces, tell_silence_by_its_loudest_moment) {
  auto samples = make_tone(rate, 20);
  EXPECT_TRUE(is_silent(samples, rate));
  EXPECT_TRUE(is_silent({}, rate));

  std::fill_n(samples.begin() + 6400, 640, std::int16_t{200});
  EXPECT_FALSE(is_silent(samples, rate));
}

}  // namespace
}  // namespace aiva
