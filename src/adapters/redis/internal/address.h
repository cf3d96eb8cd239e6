#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva::redis {

// Where a node listens.
struct Address {
  std::string host;
  std::uint16_t port = 6379;

  [[nodiscard]] std::string to_string() const { return host + ":" + std::to_string(port); }
  auto operator<=>(const Address&) const = default;
};

// What a Redis URL says.
struct Target {
  bool is_tls = false;
  std::string user{};  // empty: the default user
  std::string password{};
  std::vector<Address> seeds{};
  int database = 0;
};

// Reads a URL as RedisOptions describes it; user and password may be percent-encoded. Fails with
// `invalid` and without quoting any of it.
Result<Target> parse_redis_url(std::string_view url);

// HOST:PORT, where an IPv6 host stands in brackets or bare; nothing when it is malformed.
std::optional<Address> parse_address(std::string_view text);

}  // namespace aiva::redis
