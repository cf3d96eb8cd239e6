#include "adapters/http_client/internal/connection.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <exception>
#include <memory>
#include <utility>

namespace aiva::http_client {
namespace {

namespace ssl = asio::ssl;

constexpr std::array<unsigned char, 9> alpn = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// Names the host to the server (SNI, names only) and to the verification of its certificate.
bool set_peer(SSL* handle, const std::string& host) {
  error_code error;
  asio::ip::make_address(host, error);
  if (!error) {
    auto* parameters = SSL_get0_param(handle);
    return X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1;
  }
  SSL_set_hostflags(handle, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(handle, host.c_str()) == 1 &&
         SSL_ctrl(handle, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                  const_cast<char*>(host.c_str())) == 1;
}

}  // namespace

Awaitable<Result<void>> Connection::start_tls(ssl::context& context, std::string host) {
  tls_.emplace(socket_, context);
  auto* handle = tls_->native_handle();
  if (!set_peer(handle, host)) co_return fail(internal_error("TLS cannot be set up for " + host));
  auto error = co_await tls_->handshake();
  if (!error) co_return Result<void>{};
  auto verdict = SSL_get_verify_result(handle);
  auto cause = host + ": " + error.message();
  if (verdict == X509_V_OK)
    co_return fail(ErrorCode::unavailable, "The server could not be reached", std::move(cause));
  cause += std::string(" (") + X509_verify_cert_error_string(verdict) + ")";
  co_return fail(ErrorCode::unavailable, "The server's certificate cannot be trusted",
                 std::move(cause));
}

Awaitable<std::tuple<error_code, std::size_t>> Connection::read_some(asio::mutable_buffer buffer) {
  if (tls_) co_return co_await tls_->read_some(buffer);
  co_return co_await socket_.async_read_some(buffer, waiting);
}

Awaitable<std::tuple<error_code, std::size_t>> Connection::write(asio::const_buffer buffer) {
  if (tls_) co_return co_await tls_->write(buffer);
  co_return co_await asio::async_write(socket_, buffer, waiting);
}

std::tuple<error_code, std::size_t> Connection::write_now(asio::const_buffer buffer) {
  if (tls_) return tls_->write_now(buffer);
  auto count =
      ::send(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count >= 0) return {error_code{}, static_cast<std::size_t>(count)};
  bool is_full = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  return {is_full ? error_code{} : error_code(errno, asio::error::get_system_category()), 0};
}

// Anything to read is either the end of the connection or bytes nobody asked for.
bool Connection::is_quiet() {
  if (tls_ && tls_->has_unread()) return false;
  char byte = 0;
  auto count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

Result<std::unique_ptr<ssl::context>> make_tls_context(const std::filesystem::path& ca_file) {
  try {
    auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);  // of quiet connections
    SSL_CTX_set_alpn_protos(context->native_handle(), alpn.data(), alpn.size());
    context->set_verify_mode(ssl::verify_peer);
    context->set_default_verify_paths();
    error_code error;
    if (!ca_file.empty()) context->load_verify_file(ca_file.string(), error);
    if (error)
      return fail(ErrorCode::invalid, "The CA file cannot be read",
                  ca_file.string() + ": " + error.message());
    return context;
  } catch (const std::exception& thrown) {
    return fail(internal_error(thrown.what()));
  }
}

}  // namespace aiva::http_client
