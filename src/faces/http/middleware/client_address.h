#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "faces/http/middleware/exchange.h"
#include "foundation/result.h"

namespace aiva::http {

// An IP address as 16 bytes; IPv4 is mapped into IPv6.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  static std::optional<IpAddress> parse(std::string_view text);
  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] std::string to_string() const;
  // What limits count under: the address, or for IPv6 its /64 network, since one client owns that.
  [[nodiscard]] std::string limit_key() const;
  auto operator<=>(const IpAddress&) const = default;
};

// The proxies whose word about the client's address counts.
class TrustedProxies {
 public:
  // `blocks` are addresses or CIDR blocks; fails with `invalid`.
  static Result<TrustedProxies> make(const std::vector<std::string>& blocks);
  [[nodiscard]] bool contains(const IpAddress& address) const;

 private:
  struct Block {
    IpAddress network;
    int bits;
  };
  std::vector<Block> blocks_;
};

// Finds whose request this is: the peer, or the rightmost address in X-Forwarded-For that is no
// trusted proxy, if the peer is one.
void find_client_address(Exchange& exchange, const TrustedProxies& proxies);

}  // namespace aiva::http
