#include "faces/http/internal/listener.h"

#include <sys/socket.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <future>

#include "faces/http/internal/connection.h"
#include "foundation/log.h"

namespace aiva::http {
namespace {

constexpr std::chrono::milliseconds pause_on_failure{100};

// Tells a client that there is no room, if it can be done without waiting.
void send_busy(Socket& socket) {
  constexpr std::string_view answer =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
      "Content-Length: 93\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"
      "{\"success\":false,\"error\":{\"code\":\"unavailable\",\"message\":\"Too many connections; "
      "try again\"}}\n";
  (void)::send(socket.native_handle(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  SystemError ignored;
  socket.shutdown(Socket::shutdown_send, ignored);
}

}  // namespace

Listener::Listener(ServerCore& core, std::vector<std::unique_ptr<IoThread>>& threads)
    : core_(core),
      threads_(threads),
      acceptor_(threads.front()->executor()),
      pause_(threads.front()->executor()) {}

Result<void> Listener::open() {
  SystemError error;
  auto address = asio::ip::make_address(core_.options.address, error);
  if (error) return fail(ErrorCode::invalid, "Not an IP address: " + core_.options.address);
  asio::ip::tcp::endpoint endpoint(address, core_.options.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(Acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    return fail(ErrorCode::unavailable, "Cannot listen on " + core_.options.address + ":" +
                                            std::to_string(core_.options.port) + ": " +
                                            error.message());
  port_ = acceptor_.local_endpoint(error).port();
  return {};
}

void Listener::start() {
  threads_.front()->post([this] { accept_next(); });
}

void Listener::stop() {
  std::promise<void> closed;
  threads_.front()->post([this, &closed] {
    SystemError ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    closed.set_value();
  });
  closed.get_future().wait();
}

void Listener::accept_next() {
  if (!acceptor_.is_open()) return;
  auto& thread = *threads_[turn_++ % threads_.size()];
  acceptor_.async_accept(thread.executor(), remote_,
                         [this, &thread](SystemError error, Socket socket) {
                           if (!acceptor_.is_open()) return;
                           if (error) return retry_later();
                           on_accepted(thread, std::move(socket));
                           accept_next();
                         });
}

// Out of descriptors, most likely: others must close first.
void Listener::retry_later() {
  log::warn("a connection could not be accepted");
  pause_.expires_after(pause_on_failure);
  pause_.async_wait([this](SystemError error) {
    if (!error) accept_next();
  });
}

void Listener::on_accepted(IoThread& thread, Socket socket) {
  auto address = IpAddress::parse(remote_.address().to_string());
  if (!address) return;
  Peer peer{.address = address->to_string(),
            .limit_key = address->limit_key(),
            .is_trusted = core_.proxies.contains(*address),
            .is_secure = core_.tls != nullptr};
  if (!core_.ledger.admit(peer.limit_key, peer.is_trusted)) {
    if (!core_.tls) send_busy(socket);
    return;
  }
  thread.post([this, &thread, moved = std::move(socket), who = std::move(peer)]() mutable {
    Connection::serve(
        std::make_shared<Connection>(core_, thread, std::move(moved), std::move(who)));
  });
}

}  // namespace aiva::http
