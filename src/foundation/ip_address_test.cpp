#include "foundation/ip_address.h"

#include <gtest/gtest.h>

namespace aiva {
namespace {

TEST(IpAddresses, are_read_and_written) {
  EXPECT_EQ(IpAddress::parse("192.0.2.7")->to_string(), "192.0.2.7");
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.7")->to_string(), "192.0.2.7");
  EXPECT_EQ(IpAddress::parse("2001:DB8::1")->to_string(), "2001:db8::1");
  EXPECT_FALSE(IpAddress::parse("192.0.2"));
  EXPECT_FALSE(IpAddress::parse("localhost"));
  EXPECT_FALSE(IpAddress::parse(std::string_view("192.0.2.7\0x", 11)));
}

TEST(IpAddresses, of_one_ipv6_network_count_together) {
  EXPECT_EQ(IpAddress::parse("2001:db8:1:2:3::4")->limit_key(), "2001:db8:1:2::/64");
  EXPECT_EQ(IpAddress::parse("192.0.2.7")->limit_key(), "192.0.2.7");
}

TEST(IpBlocks, are_addresses_and_blocks) {
  auto blocks = IpBlocks::make({"10.0.0.0/8", "192.0.2.7", "2001:db8::/33"});

  ASSERT_TRUE(blocks);
  EXPECT_TRUE(blocks->contains(*IpAddress::parse("10.200.1.1")));
  EXPECT_FALSE(blocks->contains(*IpAddress::parse("11.0.0.1")));
  EXPECT_TRUE(blocks->contains(*IpAddress::parse("192.0.2.7")));
  EXPECT_FALSE(blocks->contains(*IpAddress::parse("192.0.2.8")));
  EXPECT_TRUE(blocks->contains(*IpAddress::parse("2001:db8:7fff::1")));
  EXPECT_FALSE(blocks->contains(*IpAddress::parse("2001:db8:8000::1")));
  for (const char* bad : {"nonsense", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "/8"})
    EXPECT_FALSE(IpBlocks::make({bad})) << bad;
}

}  // namespace
}  // namespace aiva
