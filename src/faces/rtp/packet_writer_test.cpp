#include "faces/rtp/internal/packet_writer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "audio/rtp_packet.h"

namespace aiva::rtp {
namespace {

using std::chrono::milliseconds;

class PacketWriterTest : public testing::Test {
 protected:
  audio::RtpPacket write(milliseconds at, std::string_view frame) {
    auto bytes = writer_.write(frame, PacketWriter::Instant(at));
    auto packet = audio::parse_rtp(bytes);
    EXPECT_TRUE(packet);
    return packet.value_or(audio::RtpPacket{});
  }

  std::string frame_ = std::string(160, 'x');
  PacketWriter writer_{0,
                       {.coding = voice::Coding::pcmu},
                       {.sequence = 65'535, .timestamp = 0xFFFFFFF0U, .source = 77}};
};

TEST_F(PacketWriterTest, counts_packets_and_samples_over_the_end_of_their_numbers) {
  auto first = write(milliseconds(0), frame_);
  EXPECT_EQ(first.payload_type, 0);
  EXPECT_TRUE(first.is_marked);
  EXPECT_EQ(first.sequence, 65'535);
  EXPECT_EQ(first.timestamp, 0xFFFFFFF0U);
  EXPECT_EQ(first.source, 77U);
  EXPECT_EQ(std::string(first.payload.begin(), first.payload.end()), frame_);

  auto second = write(milliseconds(20), frame_);
  EXPECT_FALSE(second.is_marked);
  EXPECT_EQ(second.sequence, 0);
  EXPECT_EQ(second.timestamp, 144U);
}

TEST_F(PacketWriterTest, goes_on_evenly_when_a_frame_was_late) {
  auto first = write(milliseconds(0), frame_);
  auto late = write(milliseconds(55), frame_);
  auto next = write(milliseconds(60), frame_);

  EXPECT_EQ(late.timestamp - first.timestamp, 160U);
  EXPECT_EQ(next.timestamp - first.timestamp, 320U);
  EXPECT_FALSE(late.is_marked);
}

TEST_F(PacketWriterTest, marks_where_speech_begins_again_and_tells_how_long_nothing_was_said) {
  auto first = write(milliseconds(0), frame_);
  auto again = write(milliseconds(1'003), frame_);

  EXPECT_TRUE(again.is_marked);
  EXPECT_EQ(again.timestamp - first.timestamp, 8'000U);
  EXPECT_EQ(static_cast<std::uint16_t>(again.sequence - first.sequence), 1);
}

TEST_F(PacketWriterTest, sends_the_high_byte_of_linear_samples_first) {
  writer_ = PacketWriter(118, {.rate = 16'000}, {});
  auto packet = write(milliseconds(0), std::string_view("\x34\x12\x78\x56", 4));

  EXPECT_EQ(packet.payload_type, 118);
  EXPECT_EQ(std::vector<std::uint8_t>(packet.payload.begin(), packet.payload.end()),
            (std::vector<std::uint8_t>{0x12, 0x34, 0x56, 0x78}));
  EXPECT_EQ(write(milliseconds(20), std::string_view("\x34\x12", 2)).timestamp, 320U);
}

TEST(PacketBeginnings, are_hard_to_guess) {
  auto one = PacketWriter::Beginning::random();
  auto other = PacketWriter::Beginning::random();
  EXPECT_TRUE(one.source != other.source || one.timestamp != other.timestamp);
}

}  // namespace
}  // namespace aiva::rtp
