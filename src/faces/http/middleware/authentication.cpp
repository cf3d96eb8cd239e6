#include "faces/http/middleware/authentication.h"

#include "faces/http/header_text.h"

namespace aiva::http {
namespace {

constexpr std::size_t credential_bytes_max = 8 * 1024;

std::optional<std::string_view> find_bearer(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (!equals_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return std::nullopt;
  return trim_blanks(authorization.substr(scheme.size()));
}

}  // namespace

std::optional<Credential> find_credential(const Exchange& exchange) {
  const auto& head = exchange.head;
  if (!head.authorization.empty()) {
    auto secret = find_bearer(head.authorization).value_or(std::string_view());
    return Credential{CredentialKind::bearer, secret.substr(0, credential_bytes_max)};
  }
  if (!head.api_key.empty())
    return Credential{CredentialKind::api_key, head.api_key.substr(0, credential_bytes_max)};
  // Bridges of the original send their key so.
  if (auto token = exchange.request.header("x-internal-token"); !token.empty())
    return Credential{CredentialKind::api_key, token.substr(0, credential_bytes_max)};
  if (exchange.websocket_route != nullptr)
    if (auto token = exchange.request.query_text("access_token"))
      return Credential{CredentialKind::bearer, *token};
  return std::nullopt;
}

Task<Outcome> authenticate(Exchange& exchange, Authenticator& authenticator,
                           Credential credential) {
  if (credential.secret.empty()) {
    exchange.rejection = Error{.code = ErrorCode::unauthenticated,
                               .message = "Send credentials as Authorization: Bearer or X-API-Key"};
    co_return Outcome{};
  }
  auto task = authenticator.authenticate(exchange.context, credential);
  auto principal = co_await std::move(task);
  co_await ContinueOn(exchange.thread);
  if (principal) {
    exchange.context.tenant = (*principal)->tenant;
    exchange.context.user = (*principal)->user;
    exchange.context.api_key = (*principal)->api_key;
    exchange.request.signed_in = std::move(*principal);
    co_return Outcome{};
  }
  if (principal.error().code != ErrorCode::unauthenticated)
    co_return std::unexpected(Failure(std::move(principal.error())));
  exchange.rejection = std::move(principal.error());
  co_return Outcome{};
}

Outcome authorise(const Exchange& exchange) {
  auto right = exchange.right();
  if (right.is_anyone()) return {};
  if (!exchange.request.is_signed_in()) {
    Error missing{.code = ErrorCode::unauthenticated, .message = "Sign in or send an API key"};
    return std::unexpected(Failure(exchange.rejection.value_or(std::move(missing))));
  }
  auto permission = right.permission();
  if (!permission || exchange.request.principal().may(*permission)) return {};
  return std::unexpected(Failure(
      Error{.code = ErrorCode::forbidden, .message = "You do not have the right to do this"}));
}

}  // namespace aiva::http
