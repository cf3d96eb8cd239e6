#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva {

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

// Addresses and CIDR blocks, as in "10.0.0.0/8" and "2001:db8::7".
class IpBlocks {
 public:
  // Fails with `invalid`, naming the entry.
  static Result<IpBlocks> make(const std::vector<std::string>& blocks);
  [[nodiscard]] bool contains(const IpAddress& address) const;
  [[nodiscard]] bool is_empty() const { return blocks_.empty(); }

 private:
  struct Block {
    IpAddress network;
    int bits;
  };
  std::vector<Block> blocks_;
};

}  // namespace aiva
