#include "capabilities/identity/internal/access_token.h"

#include <algorithm>
#include <array>
#include <optional>

#include "foundation/crypto.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::identity {
namespace {

constexpr std::size_t token_bytes_max = 4096;
constexpr std::int64_t clock_skew_s = 5;
constexpr json::ParseLimits part_limits{.bytes_max = 4096, .depth_max = 4};

std::string_view as_text(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::unexpected<Error> refuse(std::string why) {
  return fail(ErrorCode::unauthenticated, "The access token is not valid", std::move(why));
}

// header.payload.signature
struct TokenParts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;  // header.payload
};

std::optional<TokenParts> split(std::string_view token) {
  if (token.size() > token_bytes_max || std::ranges::count(token, '.') != 2) return std::nullopt;
  auto first = token.find('.');
  auto second = token.rfind('.');
  return TokenParts{.header = token.substr(0, first),
                    .payload = token.substr(first + 1, second - first - 1),
                    .signature = token.substr(second + 1),
                    .signed_text = token.substr(0, second)};
}

std::optional<json::Object> decode_part(std::string_view part) {
  auto text = from_base64url(part);
  if (!text) return std::nullopt;
  auto value = json::parse(*text, part_limits);
  if (!value || !value->is_object()) return std::nullopt;
  return std::move(value->as_object());
}

std::string_view text_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return {value->as_string().data(), value->as_string().size()};
}

std::optional<std::int64_t> integer_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->as_int64();
}

Result<AccessClaims> read_claims(const json::Object& payload, std::int64_t now_s) {
  auto user = UserId::parse(text_of(payload, "id"));
  auto tenant = TenantId::parse(text_of(payload, "tenant_id"));
  auto session = SessionId::parse(text_of(payload, "sid"));
  auto role = parse_role(text_of(payload, "role"));
  auto issued = integer_of(payload, "iat");
  auto expires = integer_of(payload, "exp");
  if (!user || !tenant || !session || !role || !issued || !expires)
    return refuse("a claim is missing or malformed");
  if (*issued > now_s + clock_skew_s) return refuse("issued in the future");
  if (*expires <= now_s) return fail(ErrorCode::unauthenticated, "The access token has expired");
  return AccessClaims{.user = *user,
                      .email = std::string(text_of(payload, "email")),
                      .role = *role,
                      .tenant = *tenant,
                      .session = *session,
                      .issued_at_s = *issued,
                      .expires_at_s = *expires};
}

}  // namespace

std::string make_access_token(const AccessClaims& claims, const SigningKey& key) {
  std::string header;
  JsonWriter(header)
      .begin_object()
      .field("alg", "HS256")
      .field("typ", "JWT")
      .field("kid", key.kid)
      .end_object();
  std::string payload;
  JsonWriter(payload)
      .begin_object()
      .field("id", claims.user)
      .field("email", claims.email)
      .field("role", to_string(claims.role))
      .field("tenant_id", claims.tenant)
      .field("sid", claims.session)
      .field("iat", claims.issued_at_s)
      .field("exp", claims.expires_at_s)
      .end_object();
  auto token = to_base64url(header) + "." + to_base64url(payload);
  return token + "." + to_base64url(as_text(hmac_sha256(key.secret, token)));
}

std::string key_id_of(std::string_view token) {
  auto parts = split(token);
  if (!parts) return {};
  auto header = decode_part(parts->header);
  return header ? std::string(text_of(*header, "kid")) : std::string();
}

Result<AccessClaims> verify_access_token(std::string_view token, std::span<const SigningKey> keys,
                                         std::int64_t now_s) {
  auto parts = split(token);
  if (!parts) return refuse("not three parts");
  auto header = decode_part(parts->header);
  if (!header) return refuse("malformed header");
  if (text_of(*header, "alg") != "HS256") return refuse("another algorithm");
  if (text_of(*header, "typ") != "JWT") return refuse("another type");
  if (header->contains("crit")) return refuse("demands an extension");
  auto key = std::ranges::find(keys, text_of(*header, "kid"), &SigningKey::kid);
  if (key == keys.end()) return refuse("an unknown key");
  auto signature = from_base64url(parts->signature);
  auto expected = hmac_sha256(key->secret, parts->signed_text);
  if (!signature || !equal_in_constant_time(*signature, as_text(expected)))
    return refuse("a wrong signature");
  auto payload = decode_part(parts->payload);
  if (!payload) return refuse("malformed payload");
  return read_claims(*payload, now_s);
}

}  // namespace aiva::identity
