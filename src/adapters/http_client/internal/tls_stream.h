#pragma once

#include <openssl/types.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>
#include <tuple>

#include "adapters/http_client/internal/asio.h"

namespace aiva::http_client {

// TLS, client side, over a connected socket. Records leave as they are made, without a buffer in
// between, and one read of the socket may bring several. On the socket's loop, save for
// write_now(). One read at a time; one write at a time, whoever writes.
class TlsStream {
 public:
  TlsStream(asio::ip::tcp::socket& socket, asio::ssl::context& context);
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  [[nodiscard]] SSL* native_handle() { return ssl_.get(); }

  Awaitable<error_code> handshake();
  Awaitable<std::tuple<error_code, std::size_t>> read_some(asio::mutable_buffer buffer);
  Awaitable<std::tuple<error_code, std::size_t>> write(asio::const_buffer buffer);
  // Writes what the socket takes at once, from any thread. What is left must be written next, from
  // its first byte on.
  std::tuple<error_code, std::size_t> write_now(asio::const_buffer buffer);
  // Whether bytes came that were not read yet.
  [[nodiscard]] bool has_unread();

 private:
  enum class Want : std::uint8_t { nothing, to_read, to_write };
  struct Step {
    Want want = Want::nothing;
    error_code error{};
    std::size_t count = 0;
  };
  struct Free {
    void operator()(SSL* ssl) const;
  };
  template <class Operation>
  Step step(Operation operation);
  Step write_piece(asio::const_buffer buffer);
  Awaitable<error_code> wait_for(Want want);
  static int read_bytes(BIO* bio, char* out, int size);
  static int write_bytes(BIO* bio, const char* bytes, int size);
  static long control(BIO* bio, int command, long number, void* pointer);
  static BIO_METHOD* methods();

  asio::ip::tcp::socket& socket_;
  std::mutex mutex_{};  // of what follows
  std::array<char, 4096> arrived_{};
  std::string_view unread_{};  // of it
  int socket_error_ = 0;       // errno of the last failure
  std::unique_ptr<SSL, Free> ssl_;
};

}  // namespace aiva::http_client
