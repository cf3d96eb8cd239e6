#include "foundation/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace aiva {
namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() > INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  std::string copy(text);
  IpAddress address;
  if (inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
  std::ranges::copy(v4_prefix, address.bytes.begin());
  if (inet_pton(AF_INET, copy.c_str(), address.bytes.data() + 12) == 1) return address;
  return std::nullopt;
}

bool IpAddress::is_v4() const {
  return std::equal(v4_prefix.begin(), v4_prefix.end(), bytes.begin());
}

std::string IpAddress::to_string() const {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_v4())
    inet_ntop(AF_INET, bytes.data() + 12, text, sizeof text);
  else
    inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

std::string IpAddress::limit_key() const {
  if (is_v4()) return to_string();
  IpAddress network = *this;
  std::fill(network.bytes.begin() + 8, network.bytes.end(), std::uint8_t{0});
  return network.to_string() + "/64";
}

Result<IpBlocks> IpBlocks::make(const std::vector<std::string>& blocks) {
  IpBlocks read;
  for (const auto& text : blocks) {
    auto slash = text.find('/');
    auto network = IpAddress::parse(std::string_view(text).substr(0, slash));
    int bits = 128;
    bool is_sound = network.has_value();
    if (slash != std::string::npos && is_sound) {
      int whole = network->is_v4() ? 32 : 128;
      const char* end = text.data() + text.size();
      auto [stopped, error] = std::from_chars(text.data() + slash + 1, end, bits);
      is_sound = error == std::errc() && stopped == end && bits >= 0 && bits <= whole;
      bits += 128 - whole;
    }
    if (!is_sound) return fail(ErrorCode::invalid, "Not an address or CIDR block: " + text);
    read.blocks_.push_back({*network, bits});
  }
  return read;
}

bool IpBlocks::contains(const IpAddress& address) const {
  return std::ranges::any_of(blocks_, [&address](const Block& block) {
    auto whole = static_cast<std::size_t>(block.bits / 8);
    if (std::memcmp(address.bytes.data(), block.network.bytes.data(), whole) != 0) return false;
    int rest = block.bits % 8;
    if (rest == 0) return true;
    auto mask = static_cast<std::uint8_t>(0xFF << (8 - rest));
    return (address.bytes[whole] & mask) == (block.network.bytes[whole] & mask);
  });
}

}  // namespace aiva
