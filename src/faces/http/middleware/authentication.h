#pragma once

#include <optional>

#include "faces/http/authenticator.h"
#include "faces/http/middleware/exchange.h"
#include "foundation/task.h"

namespace aiva::http {

// The credential a request carries: `Authorization: Bearer …`, `X-API-Key: …`,
// `X-Internal-Token: …`, or for WebSockets
// (browsers cannot set headers there) the query parameter `access_token` or the sub-protocol
// `openai-insecure-api-key.…`; WebSockets of telephone servers may send the secret as the password
// of `Authorization: Basic …`.
std::optional<Credential> find_credential(Exchange& exchange);

// Finds out who is calling. Bad credentials do not fail here but are remembered for authorise().
Task<Outcome> authenticate(Exchange& exchange, Authenticator& authenticator, Credential credential);

// Refuses callers without the right the route needs: 401 without valid credentials, else 403.
Outcome authorise(const Exchange& exchange);

}  // namespace aiva::http
