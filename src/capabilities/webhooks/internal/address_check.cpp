#include "capabilities/webhooks/internal/address_check.h"

#include <algorithm>

namespace aiva::webhooks {
namespace {

constexpr std::size_t length_max = 2000;

bool is_printable(char c) { return c > ' ' && c < 0x7F; }

}  // namespace

Result<void> check_address(std::string_view url, bool may_be_private) {
  if (url.size() > length_max || !std::ranges::all_of(url, is_printable))
    return fail(invalid_field("url", "must be at most 2000 printable ASCII characters"));
  auto rest = url;
  if (rest.starts_with("https://"))
    rest.remove_prefix(8);
  else if (may_be_private && rest.starts_with("http://"))
    rest.remove_prefix(7);
  else
    return fail(invalid_field("url", "must begin with https://"));
  auto authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.empty() || authority.front() == ':')
    return fail(invalid_field("url", "must name a host"));
  if (authority.contains('@')) return fail(invalid_field("url", "must not name a user"));
  if (rest.contains('#')) return fail(invalid_field("url", "must not have a fragment"));
  return {};
}

}  // namespace aiva::webhooks
