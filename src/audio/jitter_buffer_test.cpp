#include "audio/jitter_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <random>

namespace aiva::audio {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::size_t frame = 160;

// Every unit of 10 ms says which it is: 1000, 1001, … from the first packet on.
std::vector<std::int16_t> make_packet(std::uint32_t index, std::size_t units = 2) {
  std::vector<std::int16_t> samples;
  for (std::size_t i = 0; i < units; ++i)
    samples.insert(samples.end(), 80, static_cast<std::int16_t>(1000 + index * units + i));
  return samples;
}

// A network: packets of 20 ms go in and come out later, some not at all, some twice.
struct Network {
  double delay_ms_min = 30;
  double jitter_ms = 0;
  double loss = 0;
  double duplicates = 0;
  double sender_clock = 1;  // its seconds in ours
};

struct Heard {
  std::vector<std::int16_t> units;  // the numbers played, 0 where there was none
  std::vector<double> delays_ms;
  JitterCounts counts;
  double jitter_ms = 0;
};

Heard carry(const Network& network, int packet_count, JitterBufferOptions options = {}) {
  options.conceals = false;
  JitterBuffer buffer(options);
  std::mt19937 random(1);
  std::uniform_real_distribution<double> chance(0, 1);
  std::multimap<double, std::uint32_t> arrivals;
  for (int i = 0; i < packet_count; ++i) {
    if (chance(random) < network.loss) continue;
    const auto sent_ms = 20.0 * i * network.sender_clock;
    auto arrive = [&] {
      arrivals.emplace(sent_ms + network.delay_ms_min + network.jitter_ms * chance(random),
                       static_cast<std::uint32_t>(i));
    };
    arrive();
    if (chance(random) < network.duplicates) arrive();
  }
  Heard heard;
  auto next = arrivals.begin();
  for (double now_ms = 3; now_ms < 20.0 * packet_count * network.sender_clock + 400; now_ms += 20) {
    for (; next != arrivals.end() && next->first <= now_ms; ++next) {
      auto samples = make_packet(next->second);
      buffer.put({.sequence = static_cast<std::uint16_t>(65'500 + next->second),
                  .timestamp = 0xFFFFF000U + next->second * static_cast<std::uint32_t>(frame),
                  .source = 7,
                  .samples = samples},
                 microseconds(static_cast<std::int64_t>(next->first * 1000)));
    }
    std::array<std::int16_t, frame> out{};
    buffer.take(out);
    for (std::size_t at = 0; at < frame; at += 80) {
      EXPECT_TRUE(std::all_of(out.begin() + static_cast<std::ptrdiff_t>(at),
                              out.begin() + static_cast<std::ptrdiff_t>(at) + 80,
                              [&](auto sample) { return sample == out[at]; }));
      heard.units.push_back(out[at]);
    }
    heard.delays_ms.push_back(buffer.delay_ms());
  }
  heard.counts = buffer.counts();
  heard.jitter_ms = buffer.jitter_ms();
  return heard;
}

// How many of the units sent were never played; none may be played twice or out of order.
std::size_t count_missing(const Heard& heard, int packet_count) {
  std::int16_t last = 999;
  std::size_t played = 0;
  for (auto unit : heard.units) {
    if (unit == 0) continue;
    EXPECT_GT(unit, last);
    last = unit;
    ++played;
  }
  return static_cast<std::size_t>(packet_count) * 2 - played;
}

TEST(JitterBuffer, plays_a_quiet_network_whole) {
  auto heard = carry({}, 500);

  // It finds that it need not wait 40 ms, and leaves out two units of silence.
  EXPECT_LE(count_missing(heard, 500), 2U);
  EXPECT_LE(heard.delays_ms[400], 40);
  EXPECT_EQ(heard.counts.received, 500U);
  EXPECT_EQ(heard.counts.lost, 0U);
  EXPECT_EQ(heard.counts.late, 0U);
  EXPECT_LT(heard.jitter_ms, 0.2);
  EXPECT_LE(*std::ranges::max_element(heard.delays_ms), 60);
}

TEST(JitterBuffer, waits_as_long_as_the_network_makes_it) {
  struct Case {
    double jitter_ms;
    double delay_ms_max;  // on average, at the end
  };
  for (auto [jitter_ms, delay_ms_max] : {Case{10, 45}, Case{40, 75}, Case{80, 115}}) {
    constexpr int packets = 6000;
    auto heard = carry({.jitter_ms = jitter_ms}, packets);

    EXPECT_LT(count_missing(heard, packets), packets * 2 / 100U) << jitter_ms;
    const auto last = std::span(heard.delays_ms).subspan(4000, 1900);
    const double mean = std::accumulate(last.begin(), last.end(), 0.0) / 1900;
    EXPECT_LT(mean, delay_ms_max) << jitter_ms;
    EXPECT_LE(*std::ranges::max_element(heard.delays_ms), 140) << jitter_ms;
    EXPECT_NEAR(heard.jitter_ms, jitter_ms / 3, jitter_ms / 6) << jitter_ms;
  }
}

TEST(JitterBuffer, counts_what_was_lost_and_what_came_twice) {
  constexpr int packets = 3000;
  auto heard = carry({.jitter_ms = 30, .loss = 0.05, .duplicates = 0.03}, packets);

  const auto missing = count_missing(heard, packets);
  EXPECT_NEAR(static_cast<double>(missing) / 2 / packets, 0.055, 0.012);
  EXPECT_NEAR(static_cast<double>(heard.counts.lost) / packets, 0.05, 0.012);
  EXPECT_NEAR(static_cast<double>(heard.counts.duplicate) / packets, 0.03, 0.012);
  EXPECT_GT(heard.counts.reordered, 100U);
  EXPECT_EQ(heard.counts.restarts, 0U);
}

TEST(JitterBuffer, misses_no_packet_that_holds_no_audio) {
  JitterBuffer buffer;
  auto put = [&](std::uint16_t sequence, std::uint32_t index) {
    buffer.put({.sequence = sequence,
                .timestamp = index * static_cast<std::uint32_t>(frame),
                .source = 7,
                .samples = make_packet(index)},
               milliseconds(20 * index));
  };
  buffer.pass(9);  // of no stream yet
  put(10, 0);
  buffer.pass(11);  // a key that is pressed for two packets
  buffer.pass(12);
  put(13, 3);
  put(15, 5);

  EXPECT_EQ(buffer.counts().lost, 1U);
  EXPECT_EQ(buffer.counts().received, 3U);
}

TEST(JitterBuffer, follows_a_clock_that_is_not_ours) {
  constexpr int packets = 15'000;  // 5 minutes
  for (double clock : {0.9995, 1.0005}) {
    auto heard = carry({.jitter_ms = 5, .sender_clock = clock}, packets);

    EXPECT_LT(count_missing(heard, packets), 60U) << clock;
    EXPECT_LE(*std::ranges::max_element(heard.delays_ms), 90) << clock;
  }
}

class Packets {
 public:
  explicit Packets(JitterBuffer& buffer) : buffer_(buffer) {}

  void put(std::uint32_t index, std::uint32_t base = 0, std::uint32_t source = 1) {
    auto samples = make_packet(index);
    buffer_.put({.sequence = static_cast<std::uint16_t>(index),
                 .timestamp = base + index * static_cast<std::uint32_t>(frame),
                 .source = source,
                 .samples = samples},
                milliseconds(20 * index));
  }
  // The first unit of the next frame.
  std::int16_t take(JitterBuffer::Played expected) {
    std::array<std::int16_t, frame> out{};
    EXPECT_EQ(buffer_.take(out), expected);
    return out[0];
  }

 private:
  JitterBuffer& buffer_;
};

TEST(JitterBuffer, starts_anew_where_the_sender_does) {
  using Played = JitterBuffer::Played;
  JitterBuffer buffer({.conceals = false});
  Packets packets(buffer);
  EXPECT_EQ(packets.take(Played::nothing), 0);
  for (std::uint32_t i = 0; i < 3; ++i) packets.put(i);
  packets.take(Played::made_up);  // it waits 40 ms first
  packets.take(Played::made_up);
  EXPECT_EQ(packets.take(Played::all), 1000);

  // Another source, at another time.
  packets.put(50, 0x7000'0000, 2);
  packets.put(51, 0x7000'0000, 2);
  packets.take(Played::made_up);
  packets.take(Played::made_up);
  EXPECT_EQ(packets.take(Played::all), 1100);
  EXPECT_EQ(buffer.counts().restarts, 1U);

  // One packet of nonsense is dropped, several are the new time.
  packets.put(52, 0x1000'0000, 2);
  EXPECT_EQ(packets.take(Played::all), 1102);
  packets.put(53, 0x1000'0000, 2);
  packets.put(54, 0x1000'0000, 2);
  packets.put(55, 0x1000'0000, 2);
  packets.take(Played::made_up);
  packets.take(Played::made_up);
  EXPECT_EQ(packets.take(Played::all), 1108);
  EXPECT_EQ(buffer.counts().restarts, 2U);
  packets.put(58, 0x1000'0000, 2);
  packets.put(90, 0x1000'0000, 3);
  EXPECT_EQ(buffer.counts().lost, 2U);  // 56 and 57
}

TEST(JitterBuffer, goes_on_after_a_silence_that_was_not_sent) {
  using Played = JitterBuffer::Played;
  JitterBuffer buffer({.conceals = false});
  Packets packets(buffer);
  packets.put(0);
  for (int i = 0; i < 3; ++i) packets.take(i < 2 ? Played::made_up : Played::all);
  for (int i = 3; i < 200; ++i) packets.take(Played::nothing);

  packets.put(200);
  packets.put(201);
  packets.take(Played::made_up);
  packets.take(Played::made_up);
  EXPECT_EQ(packets.take(Played::all), 1400);
  EXPECT_EQ(packets.take(Played::all), 1402);
}

TEST(JitterBuffer, takes_packets_of_any_length) {
  for (std::size_t units : {std::size_t{1}, std::size_t{3}, std::size_t{6}}) {
    JitterBuffer buffer({.conceals = false});
    std::vector<std::int16_t> played;
    std::uint32_t sent = 0;
    for (std::uint32_t tick = 0; tick < 300; ++tick) {
      for (; sent * units <= tick * 2; ++sent) {
        auto samples = make_packet(sent, units);
        buffer.put({.sequence = static_cast<std::uint16_t>(sent),
                    .timestamp = static_cast<std::uint32_t>(sent * units * 80),
                    .samples = samples},
                   milliseconds(20 * tick));
      }
      std::array<std::int16_t, frame> out{};
      buffer.take(out);
      for (auto unit : {out[0], out[80]})
        if (unit != 0) played.push_back(unit);
    }
    ASSERT_GT(played.size(), 580U) << units;
    int left_out = 0;
    for (std::size_t i = 1; i < played.size(); ++i) {
      ASSERT_GT(played[i], played[i - 1]) << units << ' ' << i;
      left_out += played[i] - played[i - 1] - 1;
    }
    EXPECT_LE(left_out, 3) << units;
  }
}

TEST(JitterBuffer, refuses_packets_without_sound_or_with_too_much) {
  JitterBuffer buffer;
  buffer.put({.samples = {}}, {});
  const std::vector<std::int16_t> second(8000);
  buffer.put({.samples = second}, {});

  EXPECT_EQ(buffer.counts().received, 0U);
  EXPECT_EQ(buffer.delay_ms(), 0);
}

class LossConcealmentRates : public testing::TestWithParam<int> {};

TEST_P(LossConcealmentRates, go_on_with_a_voice_fade_and_come_back_without_a_click) {
  const int rate = GetParam();
  const auto length = static_cast<std::size_t>(rate / 50);
  // A buzz of 125 Hz.
  auto buzz = [rate](std::size_t at) {
    const double turns = 125.0 * static_cast<double>(at) / rate;
    double value = 0;
    for (int k = 1; k < 6; ++k) value += std::sin(2 * std::numbers::pi * k * turns) / k;
    return static_cast<std::int16_t>(6000 * value);
  };
  LossConcealment concealment(rate);
  std::vector<std::int16_t> all;
  double error = 0;
  for (std::size_t frame_number = 0; frame_number < 20; ++frame_number) {
    std::vector<std::int16_t> samples(length);
    for (std::size_t i = 0; i < length; ++i) samples[i] = buzz(frame_number * length + i);
    // One frame is lost, then four in a row.
    if (frame_number == 8 || (frame_number >= 12 && frame_number < 16))
      concealment.make_up(samples);
    else
      concealment.hear(samples);
    for (std::size_t i = 0; i < length / 2 && frame_number == 8; ++i)
      error = std::max(error,
                       std::abs(static_cast<double>(samples[i]) - buzz(frame_number * length + i)));
    if (frame_number == 15)
      EXPECT_TRUE(std::ranges::all_of(samples, [](auto sample) { return sample == 0; }));
    all.insert(all.end(), samples.begin(), samples.end());
  }

  int usual = 0;
  int steepest = 0;
  for (std::size_t i = 1; i < all.size(); ++i) {
    const auto step = std::abs(all[i] - all[i - 1]);
    steepest = std::max(steepest, step);
    if (i < 8 * length) usual = std::max(usual, step);
  }
  EXPECT_LT(error, 700);
  EXPECT_LT(steepest, usual * 3 / 2);
}

INSTANTIATE_TEST_SUITE_P(Telephone, LossConcealmentRates, testing::Values(8000, 16'000, 48'000));

TEST(LossConcealment, is_silent_where_nothing_was_heard) {
  LossConcealment concealment(8000);
  std::array<std::int16_t, frame> out{};
  out.fill(9);
  concealment.make_up(out);
  EXPECT_TRUE(std::ranges::all_of(out, [](auto sample) { return sample == 0; }));
}

}  // namespace
}  // namespace aiva::audio
