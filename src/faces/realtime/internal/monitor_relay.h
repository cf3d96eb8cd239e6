#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "faces/http/websocket.h"
#include "faces/realtime/internal/side_work.h"
#include "foundation/pause.h"
#include "ports/websocket_client.h"

namespace aiva::realtime {

// Passes on all that one who follows a call says and is told, where another process carries the
// call. Who reads slowly holds up only what that process sends, which drops audio then as it does
// for those who are connected to it.
class MonitorRelay {
 public:
  // Everything is borrowed until serve() ends.
  MonitorRelay(WebSocketClient& sockets, const Pause& pause, CallContext context,
               http::WebSocket& socket)
      : sockets_(sockets), context_(std::move(context)), socket_(socket), work_(pause, context_) {}

  // Opens a WebSocket to `address`, "http://10.0.0.5:62001" and a path, with the ticket; until
  // either side is gone.
  Task<void> serve(std::string address, std::string ticket);

 private:
  Task<void> pass_on();
  Task<void> pass_back();
  Task<void> refuse(Error error);
  Task<void> close(http::CloseCode code, std::string reason);

  WebSocketClient& sockets_;
  CallContext context_;
  http::WebSocket& socket_;
  SideWork work_;
  std::unique_ptr<OutgoingSocket> peer_{};
  std::stop_source stop_{};
  bool is_gone_ = false;
};

}  // namespace aiva::realtime
