#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "adapters/redis/internal/address.h"
#include "adapters/redis/internal/asio.h"
#include "foundation/result.h"

namespace aiva::redis {

using TlsContext = asio::ssl::context;

// TLS for clients: 1.2 or newer, peers verified against the system's certificates and those of
// `ca_file` (may be empty). Fails with `invalid` when that cannot be read.
Result<std::unique_ptr<TlsContext>> make_tls_context(const std::filesystem::path& ca_file);

// Bytes to and from a node over TCP, with TLS inside when there is a context. One read and one
// write at a time. On the loop's thread.
class Stream {
 public:
  Stream(asio::io_context& loop, TlsContext* tls) : socket_(loop), resolver_(loop), tls_(tls) {}

  // Connects and, with TLS, verifies that the certificate is for the host. Fails with
  // `unavailable`; close() ends it early.
  Awaitable<Result<void>> open(Address address);
  Awaitable<std::tuple<error_code, std::size_t>> read_some(asio::mutable_buffer buffer);
  // Writes all of it; completes with (error, count).
  template <class Token>
  auto write(asio::const_buffer buffer, Token token) {
    if (secured_) return asio::async_write(*secured_, buffer, std::move(token));
    return asio::async_write(socket_, buffer, std::move(token));
  }
  void close();

 private:
  Awaitable<Result<void>> secure(std::string host);

  asio::ip::tcp::socket socket_;
  asio::ip::tcp::resolver resolver_;
  TlsContext* tls_;
  std::optional<asio::ssl::stream<asio::ip::tcp::socket&>> secured_;
  bool is_closed_ = false;
};

}  // namespace aiva::redis
