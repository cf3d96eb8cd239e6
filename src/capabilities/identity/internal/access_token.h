#pragma once

#include <span>
#include <string>
#include <string_view>

#include "capabilities/identity/types.h"
#include "foundation/result.h"

namespace aiva::identity {

// A secret that signs or verifies access tokens.
struct SigningKey {
  std::string kid;
  std::string secret;
};

// What an access token says.
struct AccessClaims {
  UserId user{};
  std::string email{};
  Role role = Role::client;
  TenantId tenant{};
  SessionId session{};
  std::int64_t issued_at_s = 0;
  std::int64_t expires_at_s = 0;
};

// A JWT (RFC 7519) signed with HMAC-SHA-256 (RFC 7515): {id,email,role,tenant_id,sid,iat,exp}.
std::string make_access_token(const AccessClaims& claims, const SigningKey& key);

// The `kid` a token claims to be signed with, unverified; empty when there is none.
std::string key_id_of(std::string_view token);

// The claims of a token signed by one of `keys` and valid at `now_s`. `unauthenticated` for
// anything else: another algorithm or type, an unknown key, a changed byte, a missing, passed or
// malformed time, an issue time in the future.
Result<AccessClaims> verify_access_token(std::string_view token, std::span<const SigningKey> keys,
                                         std::int64_t now_s);

}  // namespace aiva::identity
