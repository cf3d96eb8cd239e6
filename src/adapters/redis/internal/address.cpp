#include "adapters/redis/internal/address.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "foundation/text/percent.h"

namespace aiva::redis {
namespace {

constexpr std::size_t seeds_max = 64;
constexpr int database_max = 65535;

std::optional<int> parse_number(std::string_view text, int max) {
  int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > max)
    return std::nullopt;
  return value;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_' || c == ':';
}

std::unexpected<Error> refused(std::string why) {
  return fail(ErrorCode::invalid, "The Redis URL " + std::move(why));
}

Result<void> read_user(std::string_view text, Target& target) {
  auto colon = text.find(':');
  auto user = decode_percent(text.substr(0, colon));
  auto password = colon == std::string_view::npos ? std::optional<std::string>("")
                                                  : decode_percent(text.substr(colon + 1));
  if (!user || !password) return refused("has a malformed user or password");
  if (!user->empty() && password->empty()) return refused("has a user without a password");
  target.user = std::move(*user);
  target.password = std::move(*password);
  return {};
}

Result<void> read_seeds(std::string_view text, Target& target) {
  while (target.seeds.size() < seeds_max) {
    auto comma = text.find(',');
    auto address = parse_address(text.substr(0, comma));
    if (!address) return refused("has a malformed host or port");
    target.seeds.push_back(std::move(*address));
    if (comma == std::string_view::npos) return {};
    text.remove_prefix(comma + 1);
  }
  return refused("names too many hosts");
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  Address address;
  std::string_view port;
  if (text.starts_with('[')) {
    auto close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    address.host = text.substr(1, close - 1);
    if (close + 1 < text.size() && text[close + 1] != ':') return std::nullopt;
    if (close + 1 < text.size()) port = text.substr(close + 2);
    if (port.empty() && close + 1 < text.size()) return std::nullopt;
  } else {
    auto colon = text.rfind(':');
    address.host = text.substr(0, colon);
    if (colon != std::string_view::npos) port = text.substr(colon + 1);
    if (port.empty() && colon != std::string_view::npos) return std::nullopt;
  }
  if (address.host.empty() || !std::ranges::all_of(address.host, is_host_character))
    return std::nullopt;
  if (port.empty()) return address;
  auto number = parse_number(port, 65535);
  if (!number || *number == 0) return std::nullopt;
  address.port = static_cast<std::uint16_t>(*number);
  return address;
}

Result<Target> parse_redis_url(std::string_view url) {
  Target target;
  if (url.starts_with("rediss://")) {
    target.is_tls = true;
    url.remove_prefix(9);
  } else if (url.starts_with("redis://")) {
    url.remove_prefix(8);
  } else {
    return refused("begins with neither redis:// nor rediss://");
  }
  auto at = url.rfind('@');
  if (at != std::string_view::npos) {
    TRY_VOID(read_user(url.substr(0, at), target));
    url.remove_prefix(at + 1);
  }
  auto slash = url.find('/');
  TRY_VOID(read_seeds(url.substr(0, slash), target));
  if (slash == std::string_view::npos || slash + 1 == url.size()) return target;
  auto database = parse_number(url.substr(slash + 1), database_max);
  if (!database) return refused("has a malformed database number");
  target.database = *database;
  return target;
}

}  // namespace aiva::redis
