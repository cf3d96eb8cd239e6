#include "adapters/http_client/internal/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <cerrno>
#include <cstring>
#include <new>

namespace aiva::http_client {
namespace {

constexpr std::size_t record_bytes = 16 * 1024;  // of a TLS record at most

bool is_would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

void TlsStream::Free::operator()(SSL* ssl) const { SSL_free(ssl); }

TlsStream::TlsStream(asio::ip::tcp::socket& socket, asio::ssl::context& context)
    : socket_(socket), ssl_(SSL_new(context.native_handle())) {
  auto* bio = BIO_new(methods());
  if (!ssl_ || bio == nullptr) {
    BIO_free(bio);
    throw std::bad_alloc();
  }
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_set_options(ssl_.get(), SSL_OP_NO_RENEGOTIATION);
  SSL_set_connect_state(ssl_.get());
}

BIO_METHOD* TlsStream::methods() {
  static auto* made = [] {
    auto* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (method == nullptr) throw std::bad_alloc();
    BIO_meth_set_read(method, read_bytes);
    BIO_meth_set_write(method, write_bytes);
    BIO_meth_set_ctrl(method, control);
    return method;
  }();
  return made;
}

int TlsStream::read_bytes(BIO* bio, char* out, int size) {
  auto& stream = *static_cast<TlsStream*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (stream.unread_.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  auto count = std::min(stream.unread_.size(), static_cast<std::size_t>(std::max(size, 0)));
  std::memcpy(out, stream.unread_.data(), count);
  stream.unread_.remove_prefix(count);
  return static_cast<int>(count);
}

int TlsStream::write_bytes(BIO* bio, const char* bytes, int size) {
  auto& stream = *static_cast<TlsStream*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  auto count = ::send(stream.socket_.native_handle(), bytes, static_cast<std::size_t>(size),
                      MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count >= 0) return static_cast<int>(count);
  if (is_would_block(errno) || errno == EINTR) {
    BIO_set_retry_write(bio);
  } else {
    stream.socket_error_ = errno;
  }
  return -1;
}

long TlsStream::control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

template <class Operation>
TlsStream::Step TlsStream::step(Operation operation) {
  std::lock_guard lock(mutex_);
  ERR_clear_error();
  socket_error_ = 0;
  std::size_t count = 0;
  int result = operation(ssl_.get(), count);
  if (result == 1) return {.count = count};
  auto category = [](int number) { return error_code(number, asio::error::get_system_category()); };
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: return {.want = Want::to_read};
    case SSL_ERROR_WANT_WRITE: return {.want = Want::to_write};
    case SSL_ERROR_ZERO_RETURN: return {.error = asio::error::eof};
    default: break;
  }
  if (socket_error_ != 0) return {.error = category(socket_error_)};
  auto code = ERR_get_error();
  if (code == 0) return {.error = asio::ssl::error::stream_truncated};
  return {.error = error_code(static_cast<int>(code), asio::error::get_ssl_category())};
}

Awaitable<error_code> TlsStream::wait_for(Want want) {
  if (want == Want::to_write) {
    auto [error] = co_await socket_.async_wait(asio::ip::tcp::socket::wait_write, waiting);
    co_return error;
  }
  auto [error, count] = co_await socket_.async_read_some(asio::buffer(arrived_), waiting);
  // Without its farewell nobody knows whether that was all.
  if (error == asio::error::eof) co_return asio::ssl::error::stream_truncated;
  std::lock_guard lock(mutex_);
  unread_ = {arrived_.data(), count};
  co_return error;
}

Awaitable<error_code> TlsStream::handshake() {
  while (true) {
    auto made = step([](SSL* ssl, std::size_t&) { return SSL_do_handshake(ssl); });
    if (made.error || made.want == Want::nothing) co_return made.error;
    if (auto error = co_await wait_for(made.want)) co_return error;
  }
}

Awaitable<std::tuple<error_code, std::size_t>> TlsStream::read_some(asio::mutable_buffer buffer) {
  while (true) {
    auto made = step([&buffer](SSL* ssl, std::size_t& count) {
      return SSL_read_ex(ssl, buffer.data(), buffer.size(), &count);
    });
    if (made.error || made.want == Want::nothing) co_return std::tuple(made.error, made.count);
    if (auto error = co_await wait_for(made.want)) co_return std::tuple(error, std::size_t{0});
  }
}

TlsStream::Step TlsStream::write_piece(asio::const_buffer buffer) {
  return step([&buffer](SSL* ssl, std::size_t& count) {
    return SSL_write_ex(ssl, buffer.data(), std::min(buffer.size(), record_bytes), &count);
  });
}

Awaitable<std::tuple<error_code, std::size_t>> TlsStream::write(asio::const_buffer buffer) {
  std::size_t written = 0;
  while (buffer.size() > 0) {
    auto made = write_piece(buffer);
    // Records are not renegotiated: a write never waits for what the peer says.
    if (made.want == Want::to_read) made.error = asio::error::operation_not_supported;
    if (made.error) co_return std::tuple(made.error, written);
    if (made.want == Want::to_write) {
      if (auto error = co_await wait_for(made.want)) co_return std::tuple(error, written);
      continue;
    }
    written += made.count;
    buffer += made.count;
  }
  co_return std::tuple(error_code{}, written);
}

std::tuple<error_code, std::size_t> TlsStream::write_now(asio::const_buffer buffer) {
  std::size_t written = 0;
  while (buffer.size() > 0) {
    auto made = write_piece(buffer);
    if (made.error || made.want != Want::nothing) return {made.error, written};
    written += made.count;
    buffer += made.count;
  }
  return {error_code{}, written};
}

bool TlsStream::has_unread() {
  std::lock_guard lock(mutex_);
  return !unread_.empty() || SSL_has_pending(ssl_.get()) == 1;
}

}  // namespace aiva::http_client
