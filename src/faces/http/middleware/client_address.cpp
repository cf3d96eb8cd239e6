#include "faces/http/middleware/client_address.h"

#include <algorithm>
#include <ranges>

#include "faces/http/header_text.h"

namespace aiva::http {
namespace {

// The address of one X-Forwarded-For element, which may have a port or brackets.
std::optional<IpAddress> parse_element(std::string_view text) {
  text = trim_blanks(text);
  if (text.starts_with('[')) return IpAddress::parse(text.substr(1, text.find(']') - 1));
  if (std::ranges::count(text, ':') == 1) text = text.substr(0, text.find(':'));
  return IpAddress::parse(text);
}

// Walks the elements from the right over all header lines; stops at the first untrusted one.
std::optional<IpAddress> find_forwarded(const Request& request, const TrustedProxies& proxies) {
  std::optional<IpAddress> nearest;
  for (const auto& field : std::views::reverse(request.headers)) {
    if (!equals_ignoring_case(field.name, "X-Forwarded-For")) continue;
    auto rest = field.value;
    while (!rest.empty()) {
      auto comma = rest.rfind(',');
      auto element = comma == std::string_view::npos ? rest : rest.substr(comma + 1);
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(0, comma);
      auto address = parse_element(element);
      if (!address) return nearest;
      nearest = address;
      if (!proxies.contains(*address)) return nearest;
    }
  }
  return nearest;
}

}  // namespace

void find_client_address(Exchange& exchange, const TrustedProxies& proxies) {
  auto& request = exchange.request;
  request.client_address = exchange.peer.address;
  exchange.address_key = exchange.peer.limit_key;
  if (!exchange.peer.is_trusted) return;
  auto forwarded = find_forwarded(request, proxies);
  if (!forwarded) return;
  request.client_address = forwarded->to_string();
  exchange.address_key = forwarded->limit_key();
}

}  // namespace aiva::http
