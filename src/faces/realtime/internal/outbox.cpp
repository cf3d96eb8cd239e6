#include "faces/realtime/internal/outbox.h"

#include <exception>
#include <utility>

#include "foundation/task.h"

namespace aiva::realtime {

bool Outbox::send_text(std::string text) { return send({std::move(text), false}); }

bool Outbox::send_binary(std::string bytes) { return send({std::move(bytes), true}); }

bool Outbox::send(http::WebSocketMessage message) {
  return socket_ != nullptr && socket_->try_send(std::move(message));
}

void Outbox::close(http::CloseCode code, std::string reason) {
  if (socket_ == nullptr) return;
  // It only begins to close, on this thread; nothing of it waits.
  start(std::exchange(socket_, nullptr)->close(code, std::move(reason)),
        [](const std::exception_ptr&) {});
}

}  // namespace aiva::realtime
