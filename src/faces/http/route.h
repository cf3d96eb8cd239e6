#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/identity/types.h"
#include "faces/http/method.h"
#include "faces/http/request.h"
#include "faces/http/response.h"
#include "faces/http/websocket.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::http {

// Answers one request. The request is borrowed until the answer is written.
using Handler = std::function<Task<Result<Response>>(CallContext, Request&)>;

// Serves one WebSocket until it returns; the socket is closed then.
using WebSocketHandler = std::function<Task<void>(CallContext, Request&, WebSocket&)>;

// Decides, once the right of the route is met, whether the WebSocket is opened: an error is
// answered like that of a handler, before the handshake.
using WebSocketAdmission = std::function<Task<Result<void>>(CallContext, Request&)>;

// What a caller needs to use a route. It has no default: a route without one does not compile.
class Right {
 public:
  Right() = delete;
  // No credentials needed; valid ones are recognised, others ignored.
  static constexpr Right anyone() { return Right(Kind::anyone, {}); }
  // Any valid credentials.
  static constexpr Right signed_in() { return Right(Kind::signed_in, {}); }
  // Valid credentials with this permission.
  static constexpr Right needs(identity::Permission permission) {
    return Right(Kind::permission, permission);
  }

  [[nodiscard]] constexpr bool is_anyone() const { return kind_ == Kind::anyone; }
  // The permission needed, nothing when being signed in (or less) is enough.
  [[nodiscard]] constexpr std::optional<identity::Permission> permission() const {
    if (kind_ != Kind::permission) return std::nullopt;
    return permission_;
  }

 private:
  enum class Kind : std::uint8_t { anyone, signed_in, permission };
  constexpr Right(Kind kind, identity::Permission permission)
      : kind_(kind), permission_(permission) {}

  Kind kind_;
  identity::Permission permission_;
};

// Whether pages of an origin that the server's configuration does not name may read a route's
// answers, the preflight of its path included. The request is borrowed.
using OriginRule = std::function<Task<bool>(CallContext, const Request&, std::string origin)>;

// What the body of a request may be; anything else is refused before the handler (415). `text` is
// JSON, a list of comma-separated values or another text, and arrives as it was sent.
enum class BodyKind : std::uint8_t { none, json, multipart, json_or_multipart, text };

// Which limit counts the calls of a route.
enum class RateClass : std::uint8_t { none, api, login, register_ };

struct RouteOptions {
  BodyKind body = BodyKind::json;              // ignored for GET, HEAD and DELETE without a body
  std::uint64_t body_bytes_max = 1024 * 1024;  // of the whole body; beyond: 413
  std::uint64_t file_bytes_max = 100 * 1024 * 1024;  // of each file of a multipart body
  RateClass rate = RateClass::api;
  std::optional<std::chrono::milliseconds> deadline{};  // instead of the server's default
  bool is_streaming = false;  // answers for as long as it likes: no deadline
  // A stream without an end of its own, which its client takes up again elsewhere: it ends as soon
  // as the server drains. Other streams may come to their end first.
  bool ends_on_drain = false;
  OriginRule origins{};  // empty: the server's alone
};

// One line of the route table. `path` must outlive the router (a literal); a segment that starts
// with ':' is a parameter, a last one that starts with '*' a parameter of all that is left, slashes
// included. `:tenantId` is checked against the caller: another tenant's id is
// `forbidden`, or becomes context.tenant for those who may see it.
struct Route {
  Method method;
  std::string_view path;
  Right right;
  Handler handler;
  RouteOptions options{};
};

struct WebSocketOptions {
  std::size_t message_bytes_max = 1024 * 1024;    // of one received message; beyond: closed (1009)
  std::size_t queue_bytes_max = 4 * 1024 * 1024;  // sent but not yet taken by the peer
  RateClass rate = RateClass::api;                // counts connections
  // Sub-protocols it speaks; the first of them that the client offers is agreed upon.
  std::vector<std::string_view> protocols{};
  WebSocketAdmission admission{};  // none: everyone who has the right
};

// A path where GET with `Upgrade: websocket` opens a WebSocket.
struct WebSocketRoute {
  std::string_view path;
  Right right;
  WebSocketHandler handler;
  WebSocketOptions options{};
};

}  // namespace aiva::http
