#include "adapters/http_client/internal/address_guard.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace aiva::http_client {
namespace {

namespace ip = boost::asio::ip;

struct V4Range {
  std::uint32_t network;
  int bits;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return (a << 24) | (b << 16) | (c << 8) | d;
}

constexpr std::array reserved_v4 = {
    V4Range{v4(0, 0, 0, 0), 8},         // this network
    V4Range{v4(10, 0, 0, 0), 8},        // private
    V4Range{v4(100, 64, 0, 0), 10},     // carrier-grade NAT
    V4Range{v4(127, 0, 0, 0), 8},       // loopback
    V4Range{v4(168, 63, 129, 16), 32},  // Azure's metadata and name service
    V4Range{v4(169, 254, 0, 0), 16},    // link-local, with the metadata address 169.254.169.254
    V4Range{v4(172, 16, 0, 0), 12},     // private
    V4Range{v4(192, 0, 0, 0), 24},      // protocol assignments
    V4Range{v4(192, 0, 2, 0), 24},      // documentation
    V4Range{v4(192, 88, 99, 0), 24},    // 6to4 relays, withdrawn
    V4Range{v4(192, 168, 0, 0), 16},    // private
    V4Range{v4(198, 18, 0, 0), 15},     // benchmarks
    V4Range{v4(198, 51, 100, 0), 24},   // documentation
    V4Range{v4(203, 0, 113, 0), 24},    // documentation
    V4Range{v4(224, 0, 0, 0), 4},       // multicast
    V4Range{v4(240, 0, 0, 0), 4},       // reserved, with broadcast
};

bool is_public_v4(std::uint32_t address) {
  return std::ranges::none_of(reserved_v4, [address](const V4Range& range) {
    return ((address ^ range.network) >> (32 - range.bits)) == 0;
  });
}

using V6Bytes = ip::address_v6::bytes_type;

struct V6Range {
  std::array<std::uint8_t, 8> prefix;
  int bits;
};

constexpr V6Range global_unicast = {{0x20}, 3};
// Reserved parts of the global unicast range; everything outside of it is refused anyway.
constexpr std::array reserved_v6 = {
    V6Range{{0x20, 0x01, 0x00}, 23},        // protocol assignments, with Teredo
    V6Range{{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    V6Range{{0x20, 0x02}, 16},              // 6to4
    V6Range{{0x3f, 0xff, 0x00}, 20},        // documentation
};
constexpr std::array<std::uint8_t, 12> mapped_v4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::array<std::uint8_t, 12> nat64 = {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

bool is_within(const V6Bytes& address, const V6Range& range) {
  for (int bit = 0; bit < range.bits; ++bit) {
    auto byte = static_cast<std::size_t>(bit / 8);
    int difference = address[byte] ^ range.prefix[byte];
    if (((difference >> (7 - bit % 8)) & 1) != 0) return false;
  }
  return true;
}

bool is_public_v6(const V6Bytes& address) {
  auto begin = std::span(address).first<12>();
  if (std::ranges::equal(begin, mapped_v4) || std::ranges::equal(begin, nat64))
    return is_public_v4(v4(address[12], address[13], address[14], address[15]));
  return is_within(address, global_unicast) &&
         std::ranges::none_of(
             reserved_v6, [&address](const V6Range& range) { return is_within(address, range); });
}

}  // namespace

bool is_public_address(const ip::address& address) {
  return address.is_v4() ? is_public_v4(address.to_v4().to_uint())
                         : is_public_v6(address.to_v6().to_bytes());
}

}  // namespace aiva::http_client
