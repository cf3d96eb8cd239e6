#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <tuple>

#include "adapters/http_client/internal/asio.h"
#include "adapters/http_client/internal/tls_stream.h"
#include "foundation/result.h"

namespace aiva::http_client {

// A TCP connection, with TLS inside when it is asked for. One operation at a time.
class Connection {
 public:
  explicit Connection(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

  // Agrees on TLS with the server and verifies that its certificate is for `host`.
  Awaitable<Result<void>> start_tls(asio::ssl::context& context, std::string host);

  Awaitable<std::tuple<error_code, std::size_t>> read_some(asio::mutable_buffer buffer);
  // Writes all of `buffer`; on failure says how much of it went out.
  Awaitable<std::tuple<error_code, std::size_t>> write(asio::const_buffer buffer);
  // Writes what goes out at once and says how much that was; what is left must be written next,
  // from its first byte on. From any thread, while nobody else writes or closes.
  std::tuple<error_code, std::size_t> write_now(asio::const_buffer buffer);

  // Whether an idle connection is still open and silent, as far as this side knows.
  bool is_quiet();
  asio::ip::tcp::socket& socket() { return socket_; }

 private:
  asio::ip::tcp::socket socket_;
  std::optional<TlsStream> tls_;
};

// TLS settings for clients: version 1.2 or newer, peers verified against the system's
// certificates and those of `ca_file` (may be empty).
Result<std::unique_ptr<asio::ssl::context>> make_tls_context(const std::filesystem::path& ca_file);

}  // namespace aiva::http_client
