#include "adapters/redis/internal/stream.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <exception>

namespace aiva::redis {
namespace {

namespace ssl = asio::ssl;
using asio::ip::tcp;

// Names the host to the server (SNI, names only) and to the verification of its certificate.
bool set_peer(SSL* handle, const std::string& host) {
  error_code error;
  asio::ip::make_address(host, error);
  if (!error) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(handle), host.c_str()) == 1;
  SSL_set_hostflags(handle, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(handle, host.c_str()) == 1 &&
         SSL_ctrl(handle, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                  const_cast<char*>(host.c_str())) == 1;
}

std::unexpected<Error> unreachable(std::string cause) {
  return fail(ErrorCode::unavailable, "Redis cannot be reached", std::move(cause));
}

}  // namespace

Result<std::unique_ptr<TlsContext>> make_tls_context(const std::filesystem::path& ca_file) {
  try {
    auto context = std::make_unique<TlsContext>(TlsContext::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    context->set_verify_mode(ssl::verify_peer);
    context->set_default_verify_paths();
    error_code error;
    if (!ca_file.empty()) context->load_verify_file(ca_file.string(), error);
    if (error)
      return fail(ErrorCode::invalid, "The CA file for Redis cannot be read",
                  ca_file.string() + ": " + error.message());
    return context;
  } catch (const std::exception& thrown) {
    return fail(internal_error(thrown.what()));
  }
}

Awaitable<Result<void>> Stream::open(Address address) {
  auto [failure, found] =
      co_await resolver_.async_resolve(address.host, std::to_string(address.port), waiting);
  if (failure) co_return unreachable(address.to_string() + ": " + failure.message());
  if (is_closed_) co_return unreachable(address.to_string() + ": took too long");
  auto [error, endpoint] = co_await asio::async_connect(socket_, found, waiting);
  if (error || is_closed_) co_return unreachable(address.to_string() + ": " + error.message());
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  socket_.set_option(asio::socket_base::keep_alive(true), ignored);
  if (tls_ == nullptr) co_return Result<void>{};
  auto secured = co_await secure(address.host);
  co_return secured;
}

Awaitable<Result<void>> Stream::secure(std::string host) {
  secured_.emplace(socket_, *tls_);
  auto* handle = secured_->native_handle();
  if (!set_peer(handle, host)) co_return fail(internal_error("TLS cannot be set up for " + host));
  auto [error] = co_await secured_->async_handshake(ssl::stream_base::client, waiting);
  if (!error) co_return Result<void>{};
  auto verdict = SSL_get_verify_result(handle);
  if (verdict == X509_V_OK) co_return unreachable(host + ": " + error.message());
  co_return fail(ErrorCode::unavailable, "The certificate of Redis cannot be trusted",
                 host + ": " + X509_verify_cert_error_string(verdict));
}

Awaitable<std::tuple<error_code, std::size_t>> Stream::read_some(asio::mutable_buffer buffer) {
  if (secured_) co_return co_await secured_->async_read_some(buffer, waiting);
  co_return co_await socket_.async_read_some(buffer, waiting);
}

void Stream::close() {
  is_closed_ = true;
  resolver_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace aiva::redis
