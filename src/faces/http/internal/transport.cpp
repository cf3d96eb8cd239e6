#include "faces/http/internal/transport.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>

namespace aiva::http {

Transport::Transport(Socket socket, asio::ssl::context* tls) : socket_(std::move(socket)) {
  SystemError ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  if (tls != nullptr) tls_ = std::make_unique<TlsStream>(socket_, *tls);
}

std::size_t Transport::write_now(std::string_view first, std::string_view second) {
  if (tls_) return 0;
  std::array<iovec, 2> pieces{};
  pieces[0] = {const_cast<char*>(first.data()), first.size()};
  pieces[1] = {const_cast<char*>(second.data()), second.size()};
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = second.empty() ? 1 : 2;
  auto sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

void Transport::cancel() {
  SystemError ignored;
  socket_.cancel(ignored);
}

void Transport::shut_down_sending() {
  SystemError ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Transport::close() {
  SystemError ignored;
  socket_.close(ignored);
}

}  // namespace aiva::http
