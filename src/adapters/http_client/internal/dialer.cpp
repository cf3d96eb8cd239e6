#include "adapters/http_client/internal/dialer.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "adapters/http_client/internal/address_guard.h"
#include "adapters/http_client/internal/name_lookup.h"

namespace aiva::http_client {
namespace {

using asio::ip::tcp;

// Closes a socket when its time is up, unless it was disarmed before.
class Fuse {
 public:
  Fuse(tcp::socket& socket, std::chrono::milliseconds time)
      : timer_(socket.get_executor(), time), is_armed_(std::make_shared<bool>(true)) {
    timer_.async_wait([&socket, armed = is_armed_](const error_code& error) {
      if (error || !*armed) return;
      error_code ignored;
      socket.close(ignored);
    });
  }
  ~Fuse() { *is_armed_ = false; }
  Fuse(const Fuse&) = delete;
  Fuse& operator=(const Fuse&) = delete;

 private:
  asio::steady_timer timer_;
  std::shared_ptr<bool> is_armed_;
};

Awaitable<Result<std::unique_ptr<Connection>>> dial_address(asio::ip::address address,
                                                            const Origin& origin, Dialer& dialer) {
  auto begun = std::chrono::steady_clock::now();
  auto executor = co_await asio::this_coro::executor;
  auto connection = std::make_unique<Connection>(tcp::socket(executor));
  Fuse fuse(connection->socket(), dialer.timeout);
  tcp::endpoint endpoint(address, origin.port);
  auto [error] = co_await connection->socket().async_connect(endpoint, waiting);
  if (error)
    co_return fail(ErrorCode::unavailable, "The server could not be reached",
                   origin.host + ":" + std::to_string(origin.port) + ": " + error.message());
  error_code ignored;
  connection->socket().set_option(tcp::no_delay(true), ignored);
  if (origin.is_tls) {
    auto secured = co_await connection->start_tls(dialer.tls, origin.host);
    if (!secured) co_return fail(std::move(secured.error()));
  }
  if (dialer.connect_seconds != nullptr)
    dialer.connect_seconds->observe(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  co_return std::move(connection);
}

}  // namespace

Awaitable<Result<std::unique_ptr<Connection>>> Dialer::dial(Origin origin) {
  auto addresses = co_await find_addresses(lookups, origin.host);
  if (!addresses) co_return fail(std::move(addresses.error()));
  bool is_guarded = !origin.may_be_private && !std::ranges::all_of(*addresses, is_public_address);
  if (is_guarded)
    co_return fail(ErrorCode::forbidden, "The URL leads to an address that may not be reached",
                   origin.host);
  Error last;
  for (const auto& address : *addresses) {
    auto connection = co_await dial_address(address, origin, *this);
    if (connection) co_return std::move(connection);
    last = std::move(connection.error());
  }
  co_return fail(std::move(last));
}

}  // namespace aiva::http_client
