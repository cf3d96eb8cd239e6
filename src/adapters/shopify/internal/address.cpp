#include "adapters/shopify/internal/address.h"

#include <algorithm>

#include "adapters/shopify/internal/reading.h"

namespace aiva::shopify {
namespace {

constexpr std::string_view domain = ".myshopify.com";
constexpr std::string_view admin = "admin.shopify.com/store/";
constexpr std::size_t typed_bytes_max = 300;
constexpr std::size_t name_bytes_max = 63;  // of a label of a domain name

bool is_shop_name(std::string_view name) {
  auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !name.empty() && name.size() <= name_bytes_max && name.front() != '-' &&
         name.back() != '-' && std::ranges::all_of(name, is_allowed);
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view white = " \t\r\n";
  auto first = text.find_first_not_of(white);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white) - first + 1);
}

}  // namespace

bool is_shop_address(std::string_view address) {
  return address.ends_with(domain) &&
         is_shop_name(address.substr(0, address.size() - domain.size()));
}

Result<std::string> fit_address(std::string_view typed) {
  constexpr const char* wanted = "must be the shop's address: name.myshopify.com";
  if (typed.size() > typed_bytes_max) return fail(invalid_field("address", wanted));
  auto text = lower(trim(typed));
  std::string_view rest = text;
  if (auto scheme = rest.find("://"); scheme != std::string_view::npos) {
    if (rest.substr(0, scheme) != "https" && rest.substr(0, scheme) != "http")
      return fail(invalid_field("address", wanted));
    rest.remove_prefix(scheme + 3);
  }
  if (rest.starts_with(admin)) rest.remove_prefix(admin.size());
  auto host = rest.substr(0, rest.find_first_of("/?#"));
  auto name = host.ends_with(domain) ? host.substr(0, host.size() - domain.size()) : host;
  if (!is_shop_name(name)) return fail(invalid_field("address", wanted));
  return std::string(name) + std::string(domain);
}

}  // namespace aiva::shopify
