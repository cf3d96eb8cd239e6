#include "faces/http/middleware/authentication.h"

#include "faces/http/header_text.h"
#include "foundation/crypto.h"

namespace aiva::http {
namespace {

constexpr std::size_t credential_bytes_max = 8 * 1024;

constexpr std::string_view key_protocol = "openai-insecure-api-key.";

// What follows the scheme's name in `Authorization`.
std::optional<std::string_view> after_scheme(std::string_view authorization,
                                             std::string_view scheme) {
  if (!equals_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return std::nullopt;
  return trim_blanks(authorization.substr(scheme.size()));
}

// The password of "user:password" in Base64 (RFC 7617); empty when it is malformed.
std::string password_of(std::string_view encoded) {
  auto text = from_base64(encoded.substr(0, credential_bytes_max));
  auto colon = text ? text->find(':') : std::string::npos;
  return colon == std::string::npos ? std::string() : text->substr(colon + 1);
}

// The key among the sub-protocols a client offers, as browsers send it to that provider.
std::optional<std::string_view> find_offered_key(std::string_view protocols) {
  while (!protocols.empty()) {
    auto offered = trim_blanks(protocols.substr(0, protocols.find(',')));
    if (offered.starts_with(key_protocol)) return offered.substr(key_protocol.size());
    auto comma = protocols.find(',');
    protocols.remove_prefix(comma == std::string_view::npos ? protocols.size() : comma + 1);
  }
  return std::nullopt;
}

std::optional<Credential> find_websocket_credential(const Exchange& exchange) {
  if (auto token = exchange.request.query_text("access_token"))
    return Credential{CredentialKind::bearer, token->substr(0, credential_bytes_max)};
  if (auto key = find_offered_key(exchange.request.header("sec-websocket-protocol")))
    return Credential{CredentialKind::bearer, key->substr(0, credential_bytes_max)};
  return std::nullopt;
}

}  // namespace

std::optional<Credential> find_credential(Exchange& exchange) {
  const auto& head = exchange.head;
  if (!head.authorization.empty()) {
    auto secret = after_scheme(head.authorization, "bearer ");
    auto basic = after_scheme(head.authorization, "basic ");
    if (basic && exchange.websocket_route != nullptr) {
      exchange.password = password_of(*basic);
      secret = exchange.password;
    }
    return Credential{CredentialKind::bearer,
                      secret.value_or(std::string_view()).substr(0, credential_bytes_max)};
  }
  if (!head.api_key.empty())
    return Credential{CredentialKind::api_key, head.api_key.substr(0, credential_bytes_max)};
  // Bridges of the original send their key so.
  if (auto token = exchange.request.header("x-internal-token"); !token.empty())
    return Credential{CredentialKind::api_key, token.substr(0, credential_bytes_max)};
  if (exchange.websocket_route != nullptr) return find_websocket_credential(exchange);
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
  exchange.request.refused_secret = credential.secret;
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
