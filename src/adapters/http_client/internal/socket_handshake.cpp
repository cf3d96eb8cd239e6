#include "adapters/http_client/internal/socket_handshake.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "adapters/http_client/internal/request_text.h"
#include "adapters/http_client/internal/response_reader.h"
#include "adapters/http_client/internal/url.h"
#include "foundation/crypto.h"

namespace aiva::http_client {
namespace {

constexpr std::string_view accept_suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455
constexpr std::size_t read_bytes = 4096;
constexpr std::size_t refusal_bytes_max = 200;  // of an answer's body, for the log
constexpr int retry_after_s_max = 3600;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool begins_with(std::string_view text, std::string_view beginning) {
  return text.size() >= beginning.size() &&
         std::ranges::equal(text.substr(0, beginning.size()), beginning, {}, lower, lower);
}

bool is_same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && begins_with(a, b);
}

Result<Url> parse_socket_url(std::string_view text) {
  if (begins_with(text, "wss://")) return parse_url("https" + std::string(text.substr(3)));
  if (begins_with(text, "ws://")) return parse_url("http" + std::string(text.substr(2)));
  return fail(ErrorCode::invalid, "The URL must begin with ws:// or wss://");
}

std::string accept_for(const std::string& key) {
  auto text = key + std::string(accept_suffix);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  return to_base64({reinterpret_cast<const char*>(digest.data()), size});
}

// Comma-separated tokens of a header, RFC 9110 section 5.6.1.
bool has_token(std::string_view value, std::string_view token) {
  while (!value.empty()) {
    auto comma = value.find(',');
    auto item = value.substr(0, comma);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (is_same(item, token)) return true;
    value = comma == std::string_view::npos ? std::string_view{} : value.substr(comma + 1);
  }
  return false;
}

int retry_after(const HttpResponse& answer) {
  auto text = answer.header("Retry-After");
  int seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::clamp(seconds, 0, retry_after_s_max);
}

Error refusal(const HttpResponse& answer, std::string_view body) {
  Error error{.code = ErrorCode::unavailable,
              .message = "The server refuses the WebSocket",
              .cause = "status " + std::to_string(answer.status) + ": " +
                       std::string(body.substr(0, refusal_bytes_max)),
              .retry_after_s = retry_after(answer)};
  if (answer.status == 401) error.code = ErrorCode::unauthenticated;
  if (answer.status == 403) error.code = ErrorCode::forbidden;
  if (answer.status == 429) error.code = ErrorCode::rate_limited;
  return error;
}

Result<void> check_answer(const HttpResponse& answer, const PreparedUpgrade& prepared,
                          std::string_view rest) {
  if (answer.status != 101) return fail(refusal(answer, rest));
  auto protocol = answer.header("Sec-WebSocket-Protocol");
  bool is_offered = protocol.empty() ||
                    std::ranges::find(prepared.protocols, protocol) != prepared.protocols.end();
  bool is_upgraded = is_same(answer.header("Upgrade"), "websocket") &&
                     has_token(answer.header("Connection"), "upgrade") &&
                     answer.header("Sec-WebSocket-Accept") == prepared.accept &&
                     answer.header("Sec-WebSocket-Extensions").empty() && is_offered;
  if (!is_upgraded)
    return fail(ErrorCode::unavailable, "The server's answer is malformed", "not a WebSocket");
  return {};
}

}  // namespace

Result<PreparedUpgrade> prepare_upgrade(const OutgoingSocketRequest& request,
                                        std::size_t header_bytes_max) {
  TRY(auto url, parse_socket_url(request.url));
  for (const auto& header : request.headers)
    if (begins_with(header.name, "Sec-WebSocket-"))
      return fail(ErrorCode::invalid, "Not a valid HTTP header");
  HttpRequest http;
  http.headers = request.headers;
  std::array<std::uint8_t, 16> nonce{};
  random_bytes(nonce);
  auto key = to_base64({reinterpret_cast<const char*>(nonce.data()), nonce.size()});
  if (!request.protocols.empty()) {
    std::string offered;
    for (const auto& protocol : request.protocols)
      offered += (offered.empty() ? "" : ", ") + protocol;
    http.headers.push_back({"Sec-WebSocket-Protocol", offered});
  }
  http.headers.push_back({"Sec-WebSocket-Key", key});
  http.headers.push_back({"Sec-WebSocket-Version", "13"});
  TRY(auto head, write_request_head(http, url));
  head.resize(head.size() - 2);
  head += "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  return PreparedUpgrade{.origin = {.is_tls = url.is_tls,
                                    .host = std::move(url.host),
                                    .port = url.port,
                                    .may_be_private = request.may_reach_private_addresses},
                         .head = std::move(head),
                         .accept = accept_for(key),
                         .protocols = request.protocols,
                         .header_bytes_max = header_bytes_max};
}

Awaitable<Result<Upgraded>> upgrade(Dialer dialer, PreparedUpgrade prepared) {
  auto dialled = co_await dialer.dial(prepared.origin);
  if (!dialled) co_return fail(std::move(dialled.error()));
  auto connection = std::move(*dialled);
  auto broken = [&prepared](const error_code& error) {
    return fail(ErrorCode::unavailable, "The connection broke off",
                prepared.origin.host + ": " + error.message());
  };
  auto [write_error, written] = co_await connection->write(asio::buffer(prepared.head));
  if (write_error) co_return broken(write_error);

  std::string received;
  std::array<char, read_bytes> piece{};
  auto end = std::string::npos;
  while ((end = received.find("\r\n\r\n")) == std::string::npos) {
    if (received.size() > prepared.header_bytes_max)
      co_return fail(ErrorCode::unavailable, "The server's answer is malformed",
                     "its head is long");
    auto [error, count] = co_await connection->read_some(asio::buffer(piece));
    if (error) co_return broken(error);
    received.append(piece.data(), count);
  }
  auto head = received.substr(0, end + 4);
  received.erase(0, end + 4);
  ResponseReader reader({.header_bytes_max = prepared.header_bytes_max, .body_bytes_max = 0},
                        false);
  error_code error;
  reader.put(asio::buffer(head), error);
  if (!reader.is_header_done())
    co_return fail(ErrorCode::unavailable, "The server's answer is malformed", error.message());
  auto checked = check_answer(reader.head(), prepared, received);
  if (!checked) co_return fail(std::move(checked.error()));
  co_return Upgraded{.connection = std::move(connection), .first_bytes = std::move(received)};
}

}  // namespace aiva::http_client
