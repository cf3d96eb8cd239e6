#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/http_client.h"

namespace aiva {

struct OutgoingSocketRequest {
  std::string url;  // absolute, ws or wss
  std::vector<HttpHeader> headers{};
  std::vector<std::string> protocols{};              // offered sub-protocols
  std::chrono::milliseconds timeout{10'000};         // until it is open; the context's deadline too
  std::size_t message_bytes_max = 16 * 1024 * 1024;  // of one received message
  std::size_t queue_bytes_max = 4 * 1024 * 1024;     // sent but not yet taken by the peer
  bool may_reach_private_addresses = false;          // as of HttpRequest
};

struct SocketMessage {
  std::string content{};
  bool is_binary = false;
};

// One open WebSocket, client side; pings are answered by it. One receive at a time. Destroying it
// closes it.
class OutgoingSocket {
 public:
  virtual ~OutgoingSocket() = default;
  // The next message, nothing when the peer has closed. Fails with `unavailable` when the
  // connection broke, and as the context says.
  virtual Task<Result<std::optional<SocketMessage>>> receive(CallContext context) = 0;
  // Queues a message, from any thread; false when the queue is full or the socket closed. What is
  // queued together leaves in one write.
  virtual bool send(SocketMessage message) = 0;
  // The code and reason the peer closed with; 1006 when it did not say.
  [[nodiscard]] virtual int close_code() const = 0;
  [[nodiscard]] virtual std::string close_reason() const = 0;
};

// Opens WebSockets (RFC 6455) with TLS verification and guarded addresses.
class WebSocketClient {
 public:
  virtual ~WebSocketClient() = default;
  // Fails as HttpClient does, with `unauthenticated`, `forbidden`, `rate_limited` or `unavailable`
  // when the server refuses the upgrade.
  virtual Task<Result<std::unique_ptr<OutgoingSocket>>> open(CallContext context,
                                                             OutgoingSocketRequest request) = 0;
};

}  // namespace aiva
