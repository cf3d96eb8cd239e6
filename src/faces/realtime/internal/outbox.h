#pragma once

#include <string>

#include "faces/http/websocket.h"

namespace aiva::realtime {

// What a connection says. Its call may still speak when the WebSocket is gone: that is dropped.
class Outbox {
 public:
  explicit Outbox(http::WebSocket& socket) : socket_(&socket) {}

  // False: the far end is gone, or does not read what it is sent.
  bool send_text(std::string text);
  bool send_binary(std::string bytes);
  // Sends what is queued, then closes. Once.
  void close(http::CloseCode code, std::string reason);
  [[nodiscard]] bool is_open() const { return socket_ != nullptr; }
  // The WebSocket goes.
  void detach() { socket_ = nullptr; }

 private:
  bool send(http::WebSocketMessage message);

  http::WebSocket* socket_;
};

}  // namespace aiva::realtime
