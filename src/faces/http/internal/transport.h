#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include "faces/http/internal/asio_types.h"

namespace aiva::http {

// A connected byte stream, plain or TLS. Models Asio's AsyncReadStream and AsyncWriteStream.
class Transport {
 public:
  using executor_type = IoExecutor;
  using TlsStream = asio::ssl::stream<Socket&>;

  // `tls` may be null: plain.
  Transport(Socket socket, asio::ssl::context* tls);

  executor_type get_executor() { return socket_.get_executor(); }
  [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }
  Socket& socket() { return socket_; }
  // Only when is_tls().
  TlsStream& tls() { return *tls_; }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return tls_ ? tls_->async_read_some(buffers, std::forward<Token>(token))
                : socket_.async_read_some(buffers, std::forward<Token>(token));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return tls_ ? tls_->async_write_some(buffers, std::forward<Token>(token))
                : socket_.async_write_some(buffers, std::forward<Token>(token));
  }

  // Sends what the kernel takes now of `first` then `second` in one call (plain sockets only); 0
  // when it takes nothing. Errors show at the next awaited operation.
  std::size_t write_now(std::string_view first, std::string_view second);

  // Makes pending operations end with an error.
  void cancel();
  // Says that nothing more will be sent.
  void shut_down_sending();
  void close();

 private:
  Socket socket_;
  std::unique_ptr<TlsStream> tls_;
};

// Awaitable reads and writes: co_await read_some(transport, data, size) yields an IoOutcome.
inline auto read_some(Transport& transport, char* data, std::size_t size) {
  return AsioOperation([&transport, data, size](auto handler) {
    transport.async_read_some(asio::buffer(data, size), std::move(handler));
  });
}
inline auto write_some(Transport& transport, std::string_view bytes) {
  return AsioOperation([&transport, bytes](auto handler) {
    transport.async_write_some(asio::buffer(bytes.data(), bytes.size()), std::move(handler));
  });
}

}  // namespace aiva::http
