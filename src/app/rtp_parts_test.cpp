#include "app/rtp_parts.h"

#include <gtest/gtest.h>

namespace aiva::app {
namespace {

TEST(RtpParts, are_none_where_nothing_is_set_up) {
  Parts parts;
  auto server = make_rtp({}, parts);

  ASSERT_TRUE(server);
  EXPECT_EQ(*server, nullptr);
  EXPECT_EQ(parts.media_ports, nullptr);
}

TEST(RtpParts, want_a_range_of_ports) {
  for (const char* bad : {"20000", "20000-", "-20000", "20001-20000", "20000-20000", "80-90",
                          "20000-70000", "a-b", "20000-20010x", " 20000-20010"}) {
    Parts parts;
    Config config;
    config.rtp.ports = bad;
    auto server = make_rtp(config, parts);

    ASSERT_FALSE(server) << bad;
    EXPECT_EQ(server.error().code, ErrorCode::invalid) << bad;
  }
}

TEST(RtpParts, need_voices) {
  Parts parts;
  Config config;
  config.rtp.ports = "20000-20010";
  auto server = make_rtp(config, parts);

  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace aiva::app
