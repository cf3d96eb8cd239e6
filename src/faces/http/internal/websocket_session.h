#pragma once

#include <memory>

#include "faces/http/internal/transport.h"
#include "faces/http/middleware/exchange.h"
#include "faces/http/server.h"
#include "foundation/task.h"

namespace aiva::http {

// The WebSocket a connection has become.
class WebSocketSession {
 public:
  virtual ~WebSocketSession() = default;
  // Completes the handshake, runs the route's handler and closes. The exchange's stop source is
  // stopped when the peer goes away.
  virtual Task<void> serve() = 0;
  // Begins closing because the server drains; the peer gets 1001.
  virtual void go_away() = 0;
};

std::unique_ptr<WebSocketSession> make_websocket_session(Transport& transport, Exchange& exchange,
                                                         const Timeouts& timeouts);

}  // namespace aiva::http
