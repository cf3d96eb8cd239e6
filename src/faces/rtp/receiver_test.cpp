#include "faces/rtp/internal/receiver.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "audio/g711.h"

namespace aiva::rtp {
namespace {

using Played = audio::JitterBuffer::Played;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::size_t frame_samples = 160;

// A sender of 20 ms of mu-law a packet, all of one loudness that says which packet it is.
class ReceiverTest : public testing::Test {
 protected:
  static std::uint8_t loudness(int index) { return static_cast<std::uint8_t>(0x80 + index % 64); }

  bool put(int index, milliseconds late = milliseconds(0)) {
    std::vector<std::uint8_t> payload(frame_samples, loudness(index));
    return put({.payload_type = payload::pcmu,
                .sequence = static_cast<std::uint16_t>(65'530 + index),
                .timestamp = static_cast<std::uint32_t>(index) * 160U + 0xFFFFFF00U,
                .source = 7,
                .payload = payload},
               milliseconds(20) * index + late);
  }
  bool put(const audio::RtpPacket& packet, microseconds arrival) {
    return receiver_.put(packet, arrival);
  }
  bool put_key(int index, std::uint32_t began, char digit, bool is_end) {
    std::string_view keys = "0123456789*#ABCD";
    std::vector<std::uint8_t> event{static_cast<std::uint8_t>(keys.find(digit)),
                                    static_cast<std::uint8_t>(is_end ? 0x8A : 0x0A), 0x03, 0x20};
    return put({.payload_type = payload::telephone_event,
                .sequence = static_cast<std::uint16_t>(65'530 + index),
                .timestamp = began,
                .source = 7,
                .payload = event},
               milliseconds(20) * index);
  }
  // What the next frames hold, each by its first byte; '.' where nothing was there.
  std::string hear(int frames) {
    std::string heard;
    for (int i = 0; i < frames; ++i) {
      auto frame = receiver_.next_frame();
      EXPECT_EQ(frame.audio.size(), frame_samples);
      auto byte = static_cast<std::uint8_t>(frame.audio[frame_samples / 2]);
      heard += frame.played == Played::all ? static_cast<char>('a' + byte - 0x80) : '.';
    }
    return heard;
  }

  Receiver receiver_{{.coding = voice::Coding::pcmu}, false};
};

TEST_F(ReceiverTest, plays_packets_in_order_whatever_order_they_came_in) {
  for (int index : {0, 2, 1, 3, 3, 4}) EXPECT_TRUE(put(index));

  EXPECT_EQ(hear(7), "..abcde");
  EXPECT_EQ(receiver_.counts().duplicate, 1U);
  EXPECT_EQ(receiver_.counts().lost, 0U);
}

TEST_F(ReceiverTest, makes_up_what_was_lost_and_says_so) {
  for (int index : {0, 1, 3, 4, 5, 8}) put(index);

  EXPECT_EQ(hear(11), "..ab.def..i");

  auto quality = receiver_.quality();
  ASSERT_TRUE(quality);
  EXPECT_NEAR(quality->loss, 3.0 / 9.0, 1e-9);
  EXPECT_EQ(receiver_.frames_made_up(), 3U);
}

TEST_F(ReceiverTest, knows_losses_in_a_row_from_single_ones) {
  for (int index = 0; index < 500; ++index)
    if (index % 50 < 45) put(index);
  EXPECT_NEAR(receiver_.quality()->burst_ratio, 5, 0.6);
}

TEST_F(ReceiverTest, tells_jitter) {
  for (int index = 0; index < 200; ++index) {
    put(index, milliseconds(index % 2 == 0 ? 0 : 10));
    receiver_.next_frame();
  }
  EXPECT_NEAR(receiver_.quality()->jitter_ms, 10, 0.5);
  EXPECT_EQ(receiver_.quality()->loss, 0);
}

TEST_F(ReceiverTest, has_no_quality_without_a_packet) { EXPECT_FALSE(receiver_.quality()); }

TEST_F(ReceiverTest, misses_nothing_while_keys_and_comfort_noise_come_instead_of_sound) {
  put(0);
  put_key(1, 500, '1', false);
  put_key(2, 500, '1', true);
  put({.payload_type = payload::comfort_noise, .sequence = 65'533, .source = 7}, milliseconds(60));
  put(4);

  EXPECT_EQ(receiver_.quality()->loss, 0);
}

TEST_F(ReceiverTest, hears_each_key_once_however_often_it_is_told) {
  put(0);
  int index = 1;
  for (char digit : {'4', '4', '#'}) {
    auto began = static_cast<std::uint32_t>(index) * 160U;
    for (int i = 0; i < 4; ++i) put_key(index++, began, digit, false);
    for (int i = 0; i < 3; ++i) put_key(index++, began, digit, true);
    put_key(index - 6, began, digit, false);  // came late
  }
  EXPECT_EQ(receiver_.take_keys(), "44#");
  EXPECT_EQ(receiver_.take_keys(), "");
}

TEST_F(ReceiverTest, hears_keys_whose_end_was_lost) {
  put(0);
  put_key(1, 160, '5', false);
  EXPECT_EQ(receiver_.take_keys(), "");
  put_key(20, 4'000, '6', false);
  EXPECT_EQ(receiver_.take_keys(), "5");
  hear(9);
  EXPECT_EQ(receiver_.take_keys(), "");
  hear(1);
  EXPECT_EQ(receiver_.take_keys(), "6");
}

TEST_F(ReceiverTest, takes_no_event_that_is_no_key) {
  put(0);
  for (const auto& event : std::vector<std::vector<std::uint8_t>>{
           {}, {5}, {5, 0x80, 0}, {16, 0x80, 0, 0}, {255, 0x80, 0xFF, 0xFF}})
    put({.payload_type = payload::telephone_event, .sequence = 1, .payload = event},
        milliseconds(20));
  EXPECT_EQ(receiver_.take_keys(), "");
}

TEST_F(ReceiverTest, keeps_no_more_keys_than_somebody_could_press) {
  put(0);
  for (int i = 1; i < 1'000; ++i) put_key(i, static_cast<std::uint32_t>(i) * 160U, '1', true);
  EXPECT_EQ(receiver_.take_keys().size(), 64U);
}

TEST_F(ReceiverTest, refuses_what_is_not_its_sound) {
  put(0);
  std::vector<std::uint8_t> bytes(320, 0x10);
  for (std::uint8_t type :
       {std::uint8_t{3}, std::uint8_t{9}, payload::linear_16k, std::uint8_t{96}, std::uint8_t{127}})
    EXPECT_FALSE(put({.payload_type = type, .sequence = 1, .payload = bytes}, milliseconds(20)))
        << int{type};
  EXPECT_FALSE(put({.payload_type = payload::pcmu, .sequence = 1}, milliseconds(20)));
  Receiver wide({.rate = 16'000}, false);
  bytes.push_back(0);
  EXPECT_FALSE(wide.put({.payload_type = payload::linear_16k, .payload = bytes}, milliseconds(0)));
}

TEST_F(ReceiverTest, follows_a_sender_from_one_law_to_the_other) {
  put(0);
  std::vector<std::int16_t> samples(frame_samples, 8'000);
  std::vector<std::uint8_t> bytes(frame_samples);
  audio::encode_g711(audio::G711Law::a, samples, bytes);
  EXPECT_TRUE(put({.payload_type = payload::pcma,
                   .sequence = 65'531,
                   .timestamp = 0xFFFFFF00U + 160U,
                   .source = 7,
                   .payload = bytes},
                  milliseconds(20)));
  hear(3);
  auto frame = receiver_.next_frame();

  audio::decode_g711(audio::G711Law::mu,
                     {reinterpret_cast<const std::uint8_t*>(frame.audio.data()), frame_samples},
                     samples);
  EXPECT_EQ(frame.played, Played::all);
  EXPECT_NEAR(samples[frame_samples / 2], 8'000, 400);
}

TEST_F(ReceiverTest, turns_linear_samples_round) {
  for (std::uint8_t type : {payload::linear_8k, payload::linear_16k}) {
    auto format = *format_of(type);
    Receiver receiver(format, false);
    std::vector<std::uint8_t> bytes;
    for (int i = 0; i < format.rate / 50; ++i) bytes.insert(bytes.end(), {0x12, 0x34});
    receiver.put({.payload_type = type, .payload = bytes}, milliseconds(0));
    receiver.next_frame();
    receiver.next_frame();
    auto frame = receiver.next_frame();

    ASSERT_EQ(frame.audio.size(), bytes.size());
    EXPECT_EQ(frame.played, Played::all);
    EXPECT_THAT(frame.audio.substr(bytes.size() / 2, 4),
                testing::ElementsAre(0x34, 0x12, 0x34, 0x12));
  }
}

TEST_F(ReceiverTest, takes_whatever_bytes_come) {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::uint8_t> bytes(random() % 400);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    constexpr std::array types{payload::pcmu, payload::pcma, payload::comfort_noise,
                               payload::telephone_event, payload::linear_16k};
    if (bytes.size() > 1) {
      bytes[0] = 0x80;
      bytes[1] = types[random() % types.size()];
    }
    if (auto packet = audio::parse_rtp(bytes)) put(*packet, milliseconds(random() % 1'000'000));
    if (i % 3 == 0) receiver_.next_frame();
    if (auto quality = receiver_.quality()) {
      ASSERT_GE(quality->loss, 0);
      ASSERT_LE(quality->loss, 1);
      ASSERT_GE(quality->burst_ratio, 1);
      ASSERT_GE(quality->delay_ms, voice::frame_ms);
    }
  }
  EXPECT_LE(receiver_.take_keys().size(), 64U);
}

// Both at once would be one key pressed twice.
TEST_F(ReceiverTest, hears_tones_only_where_no_keys_come_as_packets) {
  for (bool has_packets : {false, true}) {
    Receiver receiver({.coding = voice::Coding::pcmu}, true);
    std::vector<std::int16_t> tone;
    for (std::size_t i = 0; i < 10 * frame_samples; ++i) {
      auto second = static_cast<double>(i) / 8'000;
      tone.push_back(static_cast<std::int16_t>(8'000 * std::sin(2 * M_PI * 770 * second) +
                                               8'000 * std::sin(2 * M_PI * 1336 * second)));
    }
    std::string keys;
    for (int index = 0; index < 20; ++index) {
      std::vector<std::uint8_t> bytes(frame_samples, 0xFF);
      if (index < 10)
        audio::encode_g711(
            audio::G711Law::mu,
            std::span(tone).subspan(static_cast<std::size_t>(index) * frame_samples, frame_samples),
            bytes);
      receiver.put({.sequence = static_cast<std::uint16_t>(2 * index),
                    .timestamp = static_cast<std::uint32_t>(index) * 160U,
                    .source = 7,
                    .payload = bytes},
                   milliseconds(20) * index);
      if (has_packets && index == 0) {
        std::vector<std::uint8_t> event{5, 0x8A, 0x03, 0x20};
        receiver.put({.payload_type = payload::telephone_event,
                      .sequence = 1,
                      .source = 7,
                      .payload = event},
                     milliseconds(0));
      }
      receiver.next_frame();
      keys += receiver.take_keys();
    }
    EXPECT_EQ(keys, "5") << has_packets;
  }
}

}  // namespace
}  // namespace aiva::rtp
