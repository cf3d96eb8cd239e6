#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::http {

struct WebSocketMessage {
  std::string content;  // UTF-8 when it is text
  bool is_binary = false;
};

// Why a WebSocket closes (RFC 6455 §7.4.1).
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  policy_violation = 1008,
  internal_error = 1011,
  try_again_later = 1013,
};

// One open WebSocket, server side. Pings are sent and answered by the server. Use it on the
// context's home only; one receive and one send at a time.
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  // The sub-protocol that was agreed upon; empty: none.
  [[nodiscard]] virtual std::string_view protocol() const = 0;
  // The next message, nothing when the peer closed or is gone. `cancelled` when the call ends.
  virtual Task<Result<std::optional<WebSocketMessage>>> receive() = 0;
  // Queues a message and waits while the queue is full. `cancelled` when the socket is closed.
  virtual Task<Result<void>> send(WebSocketMessage message) = 0;
  // Queues a message without waiting; false when the queue is full or the socket closed.
  [[nodiscard]] virtual bool try_send(WebSocketMessage message) = 0;
  // Sends what is queued and a close frame. `reason` has at most 123 bytes.
  virtual Task<void> close(CloseCode code, std::string reason) = 0;
};

}  // namespace aiva::http
