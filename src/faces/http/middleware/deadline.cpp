#include "faces/http/middleware/deadline.h"

namespace aiva::http {

void set_deadline(Exchange& exchange, std::chrono::milliseconds call_default) {
  bool is_endless = exchange.websocket_route != nullptr ||
                    (exchange.route != nullptr && exchange.route->options.is_streaming);
  if (is_endless) {
    exchange.context.deadline = SteadyTime::max();
    return;
  }
  auto span = call_default;
  if (exchange.route != nullptr) span = exchange.route->options.deadline.value_or(call_default);
  exchange.context.deadline = std::chrono::steady_clock::now() + span;
}

void blame_deadline(const Exchange& exchange, Failure& failure) {
  if (failure.status != 0 || failure.error.code != ErrorCode::cancelled) return;
  if (std::chrono::steady_clock::now() < exchange.context.deadline) return;
  failure.error = Error{.code = ErrorCode::timeout, .message = "The call took too long"};
}

}  // namespace aiva::http
