#include "audio/resampler.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>
#include <random>

namespace aiva::audio {
namespace {

std::vector<std::int16_t> make_sine(double hertz, int rate, double seconds, double size = 10'000) {
  std::vector<std::int16_t> samples(static_cast<std::size_t>(rate * seconds));
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = static_cast<std::int16_t>(
        std::lround(size * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / rate)));
  return samples;
}

// How loud one frequency is, as the size of its sine, and everything else.
struct Spectrum {
  double size = 0;
  double rest = 0;
};

Spectrum look_at(std::span<const std::int16_t> samples, double hertz, int rate) {
  // The edges of a stretch are where its neighbours are missing.
  auto middle = samples.subspan(samples.size() / 4, samples.size() / 2);
  double sine = 0;
  double cosine = 0;
  double power = 0;
  for (std::size_t i = 0; i < middle.size(); ++i) {
    const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / rate;
    sine += middle[i] * std::sin(angle);
    cosine += middle[i] * std::cos(angle);
    power += static_cast<double>(middle[i]) * middle[i];
  }
  const double count = static_cast<double>(middle.size());
  const double size = 2 * std::hypot(sine, cosine) / count;
  return {.size = size, .rest = std::sqrt(std::max(0.0, 2 * power / count - size * size))};
}

struct Rates {
  int from;
  int to;
};

class ResamplerRates : public testing::TestWithParam<Rates> {};

TEST_P(ResamplerRates, pass_what_both_can_hold_at_its_level) {
  auto [from, to] = GetParam();
  for (double hertz : {300.0, 1000.0, 2000.0, 3000.0, 3300.0}) {
    auto input = make_sine(hertz, from, 0.5);

    auto output = resample(input, from, to);

    auto seen = look_at(output, hertz, to);
    EXPECT_NEAR(seen.size, 10'000, 115) << hertz;  // 0.1 dB
    EXPECT_LT(seen.rest, 20) << hertz;             // -54 dB
  }
}

TEST_P(ResamplerRates, stop_what_the_lower_rate_cannot_hold) {
  auto [from, to] = GetParam();
  if (to > from) return;
  for (double part : {1.07, 1.2, 1.45}) {
    auto hertz = part * to / 2;
    if (hertz > from / 2.0) continue;

    auto output = resample(make_sine(hertz, from, 0.5), from, to);

    EXPECT_LT(look_at(output, 1000, to).rest, 15) << hertz;
  }
}

TEST_P(ResamplerRates, give_the_same_however_the_stream_is_cut) {
  auto [from, to] = GetParam();
  std::mt19937 random(7);
  std::vector<std::int16_t> input(4321);
  for (auto& sample : input) sample = static_cast<std::int16_t>(random());
  auto whole = resample(input, from, to);

  Resampler resampler(from, to);
  std::vector<std::int16_t> pieces;
  for (std::size_t at = 0; at < input.size();) {
    auto count = std::min<std::size_t>(random() % 200, input.size() - at);
    resampler.feed(std::span(input).subspan(at, count), pieces);
    at += count;
  }
  resampler.finish(pieces);

  EXPECT_EQ(pieces, whole);
  auto exact = static_cast<double>(input.size()) * to / from;
  EXPECT_EQ(whole.size(), static_cast<std::size_t>(std::ceil(exact)));
}

class LongStreams : public testing::TestWithParam<Rates> {};

TEST_P(LongStreams, do_not_drift_in_ten_minutes) {
  auto [from, to] = GetParam();
  const std::vector<std::int16_t> frame(static_cast<std::size_t>(from) / 50, 1000);
  Resampler resampler(from, to);
  std::size_t given = 0;
  std::vector<std::int16_t> out;
  constexpr int frames = 10 * 60 * 50;
  for (int i = 0; i < frames; ++i) {
    out.clear();
    resampler.feed(frame, out);
    given += out.size();
    if (i > 10) ASSERT_TRUE(std::ranges::all_of(out, [](auto s) { return s == 1000; }));
  }

  out.clear();
  resampler.finish(out);

  EXPECT_LE(out.size(), static_cast<std::size_t>(to) / 450);  // 2.2 ms held back
  EXPECT_EQ(given + out.size(), static_cast<std::size_t>(to) * 600);
}

INSTANTIATE_TEST_SUITE_P(
    Telephone, ResamplerRates,
    testing::Values(Rates{8000, 16'000}, Rates{16'000, 8000}, Rates{8000, 24'000},
                    Rates{24'000, 8000}, Rates{16'000, 24'000}, Rates{24'000, 16'000},
                    Rates{8000, 48'000}, Rates{48'000, 8000}, Rates{44'100, 8000}),
    [](const auto& info) {
      return std::to_string(info.param.from) + "_" + std::to_string(info.param.to);
    });

INSTANTIATE_TEST_SUITE_P(Telephone, LongStreams,
                         testing::Values(Rates{8000, 24'000}, Rates{44'100, 8000}));

TEST(Resampler, leaves_a_stream_of_the_same_rate_alone) {
  auto input = make_sine(440, 16'000, 0.1);

  EXPECT_EQ(resample(input, 16'000, 16'000), input);
}

TEST(Resampler, clips_where_the_filter_overshoots) {
  std::vector<std::int16_t> square(800);
  for (std::size_t i = 0; i < square.size(); ++i) square[i] = i / 20 % 2 == 0 ? 32'767 : -32'768;

  auto output = resample(square, 8000, 16'000);

  EXPECT_THAT(output, testing::Contains(32'767));
  EXPECT_THAT(output, testing::Contains(-32'768));
  // A sum that wrapped around would jump from one end to the other between two samples.
  for (std::size_t i = 8; i + 8 < output.size(); ++i)
    if (i % 40 >= 8 && i % 40 < 32) EXPECT_LT(std::abs(output[i] - output[i + 1]), 20'000) << i;
}

TEST(Resampler, says_which_rates_it_takes) {
  EXPECT_TRUE(can_resample(8000, 48'000));
  EXPECT_TRUE(can_resample(44'100, 8000));
  EXPECT_FALSE(can_resample(0, 8000));
  EXPECT_FALSE(can_resample(8000, -8000));
  EXPECT_FALSE(can_resample(8000, 1'000'000));
  EXPECT_FALSE(can_resample(44'099, 8000));
}

}  // namespace
}  // namespace aiva::audio
