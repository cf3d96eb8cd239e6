#include "capabilities/functions/internal/address_rules.h"

#include <algorithm>

namespace aiva::functions {
namespace {

constexpr std::size_t authority_bytes_max = 260;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool is_authority_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
         c == ':' || c == '[' || c == ']';
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

}  // namespace

bool AddressRules::may_be_private(std::string_view authority) const {
  if (!allow_private_hosts) return false;
  if (private_hosts.empty()) return true;
  auto host = authority;
  auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos)
    host = authority.substr(0, colon);
  return std::ranges::any_of(private_hosts, [&](const std::string& allowed) {
    auto name = lowered(allowed);
    return name == authority || name == host;
  });
}

Result<Destination> read_destination(std::string_view text) {
  Destination destination;
  auto colon = text.find("://");
  auto scheme = lowered(text.substr(0, colon == std::string_view::npos ? 0 : colon));
  if (scheme != "https" && scheme != "http")
    return fail(ErrorCode::invalid, "must begin with https:// or http://");
  destination.is_tls = scheme == "https";
  text.remove_prefix(colon + 3);
  destination.authority = lowered(text.substr(0, text.find_first_of("/?#")));
  const auto& authority = destination.authority;
  bool is_host = !authority.empty() && authority.size() <= authority_bytes_max &&
                 std::ranges::all_of(authority, is_authority_byte);
  if (!is_host)
    return fail(ErrorCode::invalid, "must name a host, without credentials and placeholders");
  return destination;
}

}  // namespace aiva::functions
