#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "capabilities/identity/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::http {

// How a credential came.
enum class CredentialKind : std::uint8_t {
  bearer,   // Authorization: Bearer …: an access token or an API key
  api_key,  // X-API-Key: …
};

// A secret as the client sent it; borrowed until the task is done. Never log it.
struct Credential {
  CredentialKind kind = CredentialKind::bearer;
  std::string_view secret;
};

// Tells who is calling. The wiring adapts capabilities/identity to it.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // `unauthenticated` when the credential is malformed, unknown, expired or revoked.
  virtual Task<Result<std::shared_ptr<const identity::Principal>>> authenticate(
      CallContext context, Credential credential) = 0;
};

}  // namespace aiva::http
