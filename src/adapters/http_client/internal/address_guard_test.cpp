#include "adapters/http_client/internal/address_guard.h"

#include <gtest/gtest.h>

namespace aiva::http_client {
namespace {

bool is_public(const char* text) { return is_public_address(boost::asio::ip::make_address(text)); }

TEST(AddressGuard, lets_public_addresses_pass) {
  const char* addresses[] = {"1.1.1.1",         "9.255.255.255",   "11.0.0.0",
                             "100.63.255.255",  "100.128.0.0",     "126.255.255.255",
                             "128.0.0.1",       "169.253.255.255", "169.255.0.0",
                             "172.15.255.255",  "172.32.0.0",      "192.0.1.0",
                             "192.167.255.255", "192.169.0.0",     "198.17.255.255",
                             "198.20.0.0",      "203.0.112.255",   "223.255.255.255",
                             "168.63.129.15",   "2606:4700::1111", "2a00:1450:4001::200e",
                             "2001:200::1",     "::ffff:8.8.8.8",  "64:ff9b::8.8.8.8"};
  for (const auto* address : addresses) EXPECT_TRUE(is_public(address)) << address;
}

TEST(AddressGuard, stops_addresses_of_private_networks) {
  const char* addresses[] = {"10.0.0.0",    "10.255.255.255", "172.16.0.0", "172.31.255.255",
                             "192.168.0.1", "100.64.0.0",     "fc00::1",    "fd00:ec2::254",
                             "fec0::1",     "100.127.255.255"};
  for (const auto* address : addresses) EXPECT_FALSE(is_public(address)) << address;
}

TEST(AddressGuard, stops_this_machine_and_its_links) {
  const char* addresses[] = {
      "0.0.0.0", "0.255.255.255", "127.0.0.1", "127.255.255.255", "169.254.0.1",
      "::",      "::1",           "fe80::1",   "febf::1"};
  for (const auto* address : addresses) EXPECT_FALSE(is_public(address)) << address;
}

TEST(AddressGuard, stops_metadata_services) {
  const char* addresses[] = {"169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192",
                             "fd00:ec2::254"};
  for (const auto* address : addresses) EXPECT_FALSE(is_public(address)) << address;
}

TEST(AddressGuard, stops_multicast_and_reserved_addresses) {
  const char* addresses[] = {"224.0.0.1",       "239.255.255.255", "240.0.0.1",    "192.0.2.1",
                             "255.255.255.255", "198.18.0.1",      "198.51.100.7", "203.0.113.9",
                             "192.88.99.1",     "ff02::1",         "2001:db8::1",  "3fff::1",
                             "5f00::1",         "100::1",          "4000::1"};
  for (const auto* address : addresses) EXPECT_FALSE(is_public(address)) << address;
}

TEST(AddressGuard, looks_into_addresses_that_embed_another) {
  const char* addresses[] = {"::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1",
                             "::127.0.0.1",      "64:ff9b::10.0.0.1",      "64:ff9b:1::1.1.1.1",
                             "2002:7f00:1::",    "2001:0:7f00:1::",        "2002:0808:0808::1"};
  for (const auto* address : addresses) EXPECT_FALSE(is_public(address)) << address;
}

}  // namespace
}  // namespace aiva::http_client
