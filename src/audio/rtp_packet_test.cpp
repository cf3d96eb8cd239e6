#include "audio/rtp_packet.h"

#include <gtest/gtest.h>

namespace aiva::audio {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(RtpPacket, comes_back_as_it_was_written) {
  const Bytes sound{1, 2, 3, 4, 5};
  Bytes bytes;
  append_rtp({.payload_type = 8,
              .is_marked = true,
              .sequence = 0xFFFE,
              .timestamp = 0x80000001,
              .source = 0xDEADBEEF,
              .payload = sound},
             bytes);

  auto packet = parse_rtp(bytes);

  ASSERT_TRUE(packet);
  EXPECT_EQ(bytes.size(), 17U);
  EXPECT_EQ(packet->payload_type, 8);
  EXPECT_TRUE(packet->is_marked);
  EXPECT_EQ(packet->sequence, 0xFFFE);
  EXPECT_EQ(packet->timestamp, 0x80000001);
  EXPECT_EQ(packet->source, 0xDEADBEEF);
  EXPECT_EQ(Bytes(packet->payload.begin(), packet->payload.end()), sound);
}

TEST(RtpPacket, skips_sources_extension_and_padding) {
  const Bytes bytes{0xB1, 0x00, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3,  // padding, extension, one source
                    9,    9,    9, 9,                          // the source
                    0,    0,    0, 1, 8, 8, 8, 8,              // an extension of one word
                    0x55, 0x66, 0, 2};                         // payload, two bytes of padding

  auto packet = parse_rtp(bytes);

  ASSERT_TRUE(packet);
  EXPECT_EQ(Bytes(packet->payload.begin(), packet->payload.end()), (Bytes{0x55, 0x66}));
  for (std::size_t length = 0; length < 24; ++length)
    EXPECT_FALSE(parse_rtp(std::span(bytes).first(length))) << length;
}

TEST(RtpPacket, is_not_made_of_other_bytes) {
  Bytes good;
  append_rtp({.payload = {}}, good);
  EXPECT_TRUE(parse_rtp(good));
  struct Case {
    const char* name;
    Bytes bytes;
  };
  auto changed = [&](std::size_t at, std::uint8_t value) {
    auto bytes = good;
    bytes[at] = value;
    return bytes;
  };
  for (const auto& [name, bytes] : {
           Case{"nothing", {}},
           Case{"another version", changed(0, 0x40)},
           Case{"a sender's report", changed(1, 200)},
           Case{"a goodbye", changed(1, 203)},
           Case{"fifteen sources that are not there", changed(0, 0x8F)},
           Case{"an extension that is not there", changed(0, 0x90)},
           Case{"padding of nothing", changed(0, 0xA0)},
       })
    EXPECT_FALSE(parse_rtp(bytes)) << name;
  auto padded = changed(0, 0xA0);
  padded.push_back(2);
  EXPECT_FALSE(parse_rtp(padded));
  padded.back() = 1;
  ASSERT_TRUE(parse_rtp(padded));
  EXPECT_TRUE(parse_rtp(padded)->payload.empty());
}

TEST(TelephoneEvent, tells_keys) {
  const Bytes key{11, 0x8A, 0x03, 0x20};
  auto event = parse_telephone_event(key);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->digit, '#');
  EXPECT_TRUE(event->is_end);
  EXPECT_EQ(event->duration, 800);

  EXPECT_FALSE(parse_telephone_event(Bytes{16, 0, 0, 0}));
  EXPECT_FALSE(parse_telephone_event(Bytes{1, 0, 0}));
}

}  // namespace
}  // namespace aiva::audio
