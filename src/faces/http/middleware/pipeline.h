#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "faces/http/internal/route_metrics.h"
#include "faces/http/middleware/client_address.h"
#include "faces/http/middleware/cors.h"
#include "faces/http/middleware/exchange.h"
#include "faces/http/middleware/idempotency.h"
#include "faces/http/middleware/rate_limit.h"
#include "faces/http/middleware/request_content.h"
#include "faces/http/router.h"
#include "faces/http/server.h"
#include "foundation/task.h"
#include "foundation/tracer.h"

namespace aiva::http {

// The way of every request: the middleware in its one order, and the handler in the middle.
class Pipeline {
 public:
  static Result<std::unique_ptr<Pipeline>> make(const ServerOptions& options, Router router,
                                                ServerParts parts);

  // Finds the answer to a request whose head was read: into exchange.response, or
  // exchange.websocket_route for a connection that becomes a WebSocket.
  Task<void> run(Exchange& exchange);
  // Answers a request whose head could not be read.
  void refuse(Exchange& exchange, Failure failure);
  // Makes `failure` the answer, in place of whatever was going to be sent.
  void answer_failure(Exchange& exchange, Failure failure);
  // The request is answered with a WebSocket, which is served next.
  void upgrade(Exchange& exchange);
  // Counts and logs an answer that was sent (or given up).
  void finish(Exchange& exchange, std::uint64_t bytes_sent);

  void count_connections(int change) { connections_.add(change); }

 private:
  Pipeline(const ServerOptions& options, Router router, ServerParts parts, TrustedProxies proxies);

  Outcome find_route(Exchange& exchange);
  Task<void> let_origin_in(Exchange& exchange);
  Task<Outcome> admit(Exchange& exchange);
  Task<Outcome> call(Exchange& exchange);
  Task<Outcome> ask_once(Exchange& exchange);
  void complete_headers(Exchange& exchange);

  Router router_;
  Authenticator& authenticator_;
  Tracer no_tracer_;  // in place of none
  Tracer& tracer_;
  TrustedProxies proxies_;
  RateLimiter rates_;
  Cors cors_;
  ContentOptions content_;
  IdempotentCalls idempotent_;
  std::chrono::milliseconds call_deadline_;
  bool has_access_log_;
  bool has_gzip_;
  std::deque<RouteMetrics> metrics_;            // of routes()
  std::deque<RouteMetrics> websocket_metrics_;  // of websocket_routes()
  RouteMetrics unmatched_;
  Gauge& connections_;
  Gauge& in_flight_;
};

}  // namespace aiva::http
