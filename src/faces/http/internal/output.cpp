#include "faces/http/internal/output.h"

#include <algorithm>

namespace aiva::http {

bool Output::send_now(std::string_view first, std::string_view second) {
  auto sent = transport_.write_now(first, second);
  bytes_sent_ += sent;
  auto from_first = std::min(sent, first.size());
  first_ = first.substr(from_first);
  second_ = second.substr(sent - from_first);
  return first_.empty() && second_.empty();
}

Task<bool> Output::send_rest() {
  is_waiting_ = true;
  last_progress_ = std::chrono::steady_clock::now();
  while (!first_.empty() || !second_.empty()) {
    auto& piece = first_.empty() ? second_ : first_;
    auto outcome = co_await write_some(transport_, piece);
    if (outcome.error) {
      is_waiting_ = false;
      co_return false;
    }
    piece.remove_prefix(outcome.bytes);
    bytes_sent_ += outcome.bytes;
    last_progress_ = std::chrono::steady_clock::now();
  }
  is_waiting_ = false;
  co_return true;
}

Task<bool> Output::send(std::string_view bytes) {
  if (send_now(bytes, {})) co_return true;
  auto is_sent = co_await send_rest();
  co_return is_sent;
}

}  // namespace aiva::http
