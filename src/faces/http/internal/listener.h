#pragma once

#include <atomic>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "faces/http/internal/io_thread.h"
#include "faces/http/internal/server_core.h"
#include "foundation/result.h"

namespace aiva::http {

// Accepts connections on the first thread and hands them to all threads in turn, which spreads few
// busy connections better than the kernel's hash would.
class Listener {
 public:
  Listener(ServerCore& core, std::vector<std::unique_ptr<IoThread>>& threads);

  // Binds and listens; `unavailable` when the address is taken, `invalid` when it is none.
  Result<void> open();
  void start();
  // Closes the listening socket; returns when nothing is accepted any more.
  void stop();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, IoExecutor>;

  void accept_next();
  void on_accepted(IoThread& thread, Socket socket);
  void retry_later();

  ServerCore& core_;
  std::vector<std::unique_ptr<IoThread>>& threads_;
  Acceptor acceptor_;
  asio::steady_timer pause_;
  asio::ip::tcp::endpoint remote_;
  std::size_t turn_ = 0;
  std::uint16_t port_ = 0;
};

}  // namespace aiva::http
