#pragma once

#include <string_view>

#include "capabilities/identity/internal/core.h"

namespace aiva::identity {

// Finds out who holds an access token or an API key.
class Authentication {
 public:
  explicit Authentication(Core& core) : core_(core) {}

  Task<Result<PrincipalPointer>> authenticate(CallContext context, std::string_view secret);

 private:
  Task<Result<PrincipalPointer>> by_token(CallContext context, std::string_view token);
  Task<Result<PrincipalPointer>> by_api_key(CallContext context, std::string_view secret);
  Task<void> note_use(CallContext context, ApiKey key);

  Core& core_;
};

// How API keys begin.
inline constexpr std::string_view api_key_mark = "aiva_";

// Under what an API key or refresh token is stored.
std::string hash_secret(std::string_view secret);

// The owner by which the access cache knows an API key: it must be known before the row is read.
Uuid key_owner(std::string_view key_hash);

}  // namespace aiva::identity
