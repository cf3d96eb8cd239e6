#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "foundation/result.h"

namespace aiva::http_client {

// Where a request goes: the parts of an absolute http or https URL.
struct Url {
  bool is_tls = false;
  std::string host;  // lower case; a name, or an address without brackets
  std::uint16_t port = 0;
  std::string authority;  // as the Host header says it
  std::string target;     // path and query, never empty
};

// Reads a URL; fails with `invalid` on other schemes, credentials, missing or odd host names, and
// whatever RFC 3986 does not allow.
Result<Url> parse_url(std::string_view text);

}  // namespace aiva::http_client
