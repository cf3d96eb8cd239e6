#include "faces/realtime/internal/monitor_relay.h"

#include <chrono>
#include <utility>

#include "foundation/json_writer.h"
#include "foundation/log.h"
#include "foundation/text/utf8.h"

namespace aiva::realtime {
namespace {

constexpr std::chrono::seconds open_time_max{5};
constexpr std::size_t message_bytes_max = 256 * 1024;
constexpr std::size_t queue_bytes_max = 512 * 1024;  // of what one says that the peer has not taken
constexpr std::size_t reason_bytes_max = 123;
constexpr const char* unreachable = "The process that carries the call cannot be reached";

// "https://host" is a WebSocket at wss://host.
std::string socket_url(std::string address) {
  if (address.starts_with("http")) address.replace(0, 4, "ws");
  return address;
}

http::CloseCode code_like(int code) {
  for (auto known : {http::CloseCode::normal, http::CloseCode::going_away,
                     http::CloseCode::policy_violation, http::CloseCode::internal_error})
    if (static_cast<int>(known) == code) return known;
  return http::CloseCode::try_again_later;
}

std::string error_text(const Error& error) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object()
      .field("type", "error")
      .field("command", "follow")
      .field("code", to_string(error.code))
      .field("message", error.message)
      .key("details")
      .begin_array()
      .end_array()
      .end_object();
  return text;
}

}  // namespace

Task<void> MonitorRelay::serve(std::string address, std::string ticket) {
  OutgoingSocketRequest request{.url = socket_url(std::move(address)),
                                .headers = {{"Authorization", "Bearer " + ticket}},
                                .timeout = open_time_max,
                                .message_bytes_max = message_bytes_max,
                                .queue_bytes_max = queue_bytes_max,
                                .may_reach_private_addresses = true};
  auto opening = sockets_.open(context_, std::move(request));
  auto opened = co_await std::move(opening);
  if (!opened) {
    log::failure("A call cannot be followed at its process", context_, opened.error());
    auto refusing = refuse({.code = ErrorCode::unavailable, .message = unreachable});
    co_await std::move(refusing);
    co_return;
  }
  peer_ = std::move(*opened);
  work_.run(pass_back());
  co_await pass_on();
  is_gone_ = true;
  stop_.request_stop();
  co_await work_.finish();
}

Task<void> MonitorRelay::refuse(Error error) {
  auto sending = socket_.send({.content = error_text(error)});
  [[maybe_unused]] auto sent = co_await std::move(sending);
  co_await close(http::CloseCode::try_again_later, std::move(error.message));
}

Task<void> MonitorRelay::pass_on() {
  for (;;) {
    auto message = co_await socket_.receive();
    if (!message || !*message) co_return;
    SocketMessage passed{.content = std::move((*message)->content),
                         .is_binary = (*message)->is_binary};
    if (peer_->send(std::move(passed))) continue;
    co_await close(http::CloseCode::try_again_later, unreachable);
    co_return;
  }
}

Task<void> MonitorRelay::pass_back() {
  auto context = context_;
  context.deadline = std::chrono::steady_clock::time_point::max();
  context.cancellation = stop_.get_token();
  for (;;) {
    auto receiving = peer_->receive(context);
    auto message = co_await std::move(receiving);
    if (is_gone_) co_return;
    if (!message) {
      log::failure("A call is not followed any longer", context_, message.error());
      co_await close(http::CloseCode::try_again_later, unreachable);
      co_return;
    }
    if (!*message) {
      auto reason = std::string(utf8_prefix(peer_->close_reason(), reason_bytes_max));
      co_await close(code_like(peer_->close_code()), std::move(reason));
      co_return;
    }
    http::WebSocketMessage passed{.content = std::move((*message)->content),
                                  .is_binary = (*message)->is_binary};
    auto sending = socket_.send(std::move(passed));
    auto sent = co_await std::move(sending);
    if (!sent) co_return;
  }
}

Task<void> MonitorRelay::close(http::CloseCode code, std::string reason) {
  if (std::exchange(is_gone_, true)) co_return;
  co_await socket_.close(code, std::move(reason));
}

}  // namespace aiva::realtime
