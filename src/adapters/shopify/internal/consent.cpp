#include "adapters/shopify/internal/consent.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "adapters/shopify/internal/reading.h"
#include "foundation/crypto.h"
#include "foundation/json_writer.h"

namespace aiva::shopify {
namespace {

constexpr std::size_t query_bytes_max = 8192;
constexpr std::size_t parameters_max = 50;
constexpr std::size_t token_bytes_max = 1024;
constexpr std::size_t scopes_max = 200;
constexpr std::int64_t life_s_max = 10LL * 365 * 86400;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '*' ||
         c == '-' || c == '.' || c == '_';
}

// As forms are encoded (application/x-www-form-urlencoded, WHATWG URL).
std::string encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (char c : text) {
    if (is_plain(c)) {
      encoded += c;
    } else if (c == ' ') {
      encoded += '+';
    } else {
      auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += digits[byte >> 4U];
      encoded += digits[byte & 15U];
    }
  }
  return encoded;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decode(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    int high = text[at] == '%' && at + 2 < text.size() ? hex_value(text[at + 1]) : -1;
    int low = high >= 0 ? hex_value(text[at + 2]) : -1;
    if (low >= 0) {
      decoded += static_cast<char>(high * 16 + low);
      at += 2;
    } else {
      decoded += text[at] == '+' ? ' ' : text[at];
    }
  }
  return decoded;
}

// When something ends that lives for so many seconds; 0 where nothing is said.
UnixMs end_of_life(const json::Object& answer, std::string_view name, UnixMs now) {
  auto life_s = integer_of(answer, name);
  if (!life_s || *life_s <= 0) return 0;
  return now + std::min(*life_s, life_s_max) * 1000;
}

using Parameters = std::vector<std::pair<std::string, std::string>>;

std::optional<Parameters> read_query(std::string_view query) {
  if (query.size() > query_bytes_max) return std::nullopt;
  Parameters parameters;
  if (query.starts_with('?')) query.remove_prefix(1);
  while (!query.empty()) {
    auto end = query.find('&');
    auto part = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (part.empty()) continue;
    if (parameters.size() == parameters_max) return std::nullopt;
    auto equals = part.find('=');
    auto value = equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    parameters.emplace_back(decode(part.substr(0, equals)), decode(value));
  }
  return parameters;
}

}  // namespace

std::string consent_address(const std::string& origin, const Storefront::App& app,
                            const std::vector<std::string>& scopes,
                            const std::string& return_address, const std::string& state) {
  std::string scope;
  for (const auto& one : scopes) scope += (scope.empty() ? "" : ",") + one;
  return origin + "/admin/oauth/authorize?client_id=" + encode(app.client_id) +
         "&scope=" + encode(scope) + "&redirect_uri=" + encode(return_address) +
         "&state=" + encode(state);
}

Result<void> check_return(std::string_view query, std::string_view client_secret) {
  auto refused = fail(ErrorCode::unauthenticated, "The way back was not signed by the shop");
  auto parameters = read_query(query);
  if (!parameters || client_secret.empty()) return refused;
  std::string signature;
  int signatures = 0;
  std::erase_if(*parameters, [&](const auto& parameter) {
    bool is_signature = parameter.first == "hmac";
    if (is_signature) signature = parameter.second;
    signatures += is_signature ? 1 : 0;
    return is_signature || parameter.first == "signature";
  });
  if (signatures != 1) return refused;
  std::ranges::sort(*parameters);
  // A name that comes twice would be read in one way here and in another elsewhere.
  auto twice = std::ranges::adjacent_find(*parameters, {}, &Parameters::value_type::first);
  if (twice != parameters->end()) return refused;
  std::string message;
  for (const auto& [name, value] : *parameters)
    message += (message.empty() ? "" : "&") + encode(name) + "=" + encode(value);
  auto wanted = to_hex(hmac_sha256(client_secret, message));
  if (!equal_in_constant_time(lower(signature), wanted)) return refused;
  return {};
}

std::string write_exchange(const Storefront::App& app, const std::string& code) {
  std::string text;
  JsonWriter(text)
      .begin_object()
      .field("client_id", app.client_id)
      .field("client_secret", app.client_secret)
      .field("code", code)
      .field("expiring", "1")
      .end_object();
  return text;
}

std::string write_renewal(const Storefront::App& app, const std::string& refresh_token) {
  std::string text;
  JsonWriter(text)
      .begin_object()
      .field("client_id", app.client_id)
      .field("client_secret", app.client_secret)
      .field("grant_type", "refresh_token")
      .field("refresh_token", refresh_token)
      .end_object();
  return text;
}

Result<Storefront::Grant> read_grant(const json::Object& answer, UnixMs now) {
  Storefront::Grant grant{.token = text_of(answer, "access_token"),
                          .refresh_token = text_of(answer, "refresh_token")};
  if (grant.token.empty() || grant.token.size() > token_bytes_max)
    return fail(ErrorCode::unavailable, "The shop's answer makes no sense", "no access token");
  if (grant.refresh_token.size() > token_bytes_max)
    return fail(ErrorCode::unavailable, "The shop's answer makes no sense", "a long refresh token");
  grant.expires_at = end_of_life(answer, "expires_in", now);
  grant.refresh_expires_at = end_of_life(answer, "refresh_token_expires_in", now);
  std::string scopes = text_of(answer, "scope");
  std::string_view rest = scopes;
  while (!rest.empty() && grant.scopes.size() < scopes_max) {
    auto comma = rest.find(',');
    if (comma != 0) grant.scopes.emplace_back(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return grant;
}

}  // namespace aiva::shopify
