#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "faces/http/error_table.h"
#include "faces/http/internal/connection_input.h"
#include "faces/http/internal/io_thread.h"
#include "faces/http/internal/request_body.h"
#include "faces/http/internal/request_head.h"
#include "faces/http/request.h"
#include "faces/http/response.h"
#include "faces/http/route.h"
#include "faces/http/router.h"
#include "foundation/call_context.h"
#include "foundation/span.h"

namespace aiva::http {

class RouteMetrics;

using Outcome = std::expected<void, Failure>;

// What a connection is doing, for its timeouts.
enum class Phase : std::uint8_t {
  handshake,
  idle,
  head,
  body,
  call,
  answer,
  stream,
  websocket,
  linger,
};

// Who is at the other end of a connection.
struct Peer {
  std::string address;
  std::string limit_key;    // under which limits count it
  bool is_trusted = false;  // a proxy of ours: its X-Forwarded-For counts
  bool is_secure = false;   // the connection is TLS
};

// One request on its way through the middleware. Lives in its connection and is reused there.
struct Exchange {
  IoThread& thread;
  const Peer& peer;
  ConnectionInput& input;
  RequestBody& body;

  Phase phase = Phase::idle;
  RequestHead head{};
  Request request{};
  CallContext context{};
  std::stop_source stop{};
  SteadyTime started{};
  Span span{};               // of the request
  SteadyTime first_piece{};  // when the handler wrote the first piece of a stream
  Router::Match match{};
  const Route* route = nullptr;                     // null: none fits, or a WebSocket
  const WebSocketRoute* websocket_route = nullptr;  // set: the connection becomes a WebSocket
  RouteMetrics* metrics = nullptr;
  std::optional<Error> rejection{};  // why the credentials were not accepted
  std::string password{};            // of `Authorization: Basic`, decoded
  std::string address_key{};         // under which limits count the client

  Response response{};
  std::string extra_headers{};  // ready lines "Name: value\r\n" of the middleware
  std::size_t own_headers = 0;  // length of extra_headers before those of the answer itself
  bool is_completed = false;    // extra_headers has those of the answer
  bool is_answered = false;     // before any handler: a preflight
  bool must_close = false;      // the connection ends after the answer
  bool is_silent = false;       // nobody is there to read an answer

  // Makes it ready for the next request of the connection.
  void reset(SteadyTime now);

  [[nodiscard]] RateClass rate_class() const {
    if (route != nullptr) return route->options.rate;
    return websocket_route != nullptr ? websocket_route->options.rate : RateClass::api;
  }
  [[nodiscard]] Right right() const {
    if (route != nullptr) return route->right;
    return websocket_route != nullptr ? websocket_route->right : Right::anyone();
  }
};

}  // namespace aiva::http
