#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva::functions {

// Which addresses of its own network the operator lets functions reach.
struct AddressRules {
  bool allow_private_hosts = false;
  std::vector<std::string> private_hosts{};  // "host" or "host:port"; empty: any

  // Whether a server may be one of the own network. `authority` is in lower case.
  [[nodiscard]] bool may_be_private(std::string_view authority) const;
};

// The beginning of an address: where it leads, whatever follows.
struct Destination {
  bool is_tls = false;
  std::string authority;  // host and port in lower case
};

// Reads http(s)://host[:port] at the beginning of `text`, which may end there or go on with a path
// or a query. Fails with `invalid` and a sentence; credentials are refused.
Result<Destination> read_destination(std::string_view text);

}  // namespace aiva::functions
