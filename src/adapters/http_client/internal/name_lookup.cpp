#include "adapters/http_client/internal/name_lookup.h"

#include <netdb.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

namespace aiva::http_client {
namespace {

namespace ip = asio::ip;
using Addresses = std::vector<ip::address>;

constexpr std::size_t addresses_max = 8;

Result<Addresses> ask_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int status = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (status != 0)
    return fail(ErrorCode::unavailable, "The host's address cannot be found",
                host + ": " + ::gai_strerror(status));
  Addresses addresses;
  for (auto* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (addresses.size() == addresses_max) break;
    ip::tcp::endpoint endpoint;
    if (entry->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), entry->ai_addr, entry->ai_addrlen);
    endpoint.resize(entry->ai_addrlen);
    addresses.push_back(endpoint.address());
  }
  ::freeaddrinfo(found);
  if (addresses.empty()) return fail(ErrorCode::unavailable, "The host has no address", host);
  return addresses;
}

// What the pool's thread and the waiting coroutine share; the coroutine may give up first.
struct Answer {
  explicit Answer(const asio::any_io_executor& executor)
      : arrived(executor, asio::steady_timer::time_point::max()) {}
  asio::steady_timer arrived;
  std::optional<Result<Addresses>> addresses;
};

}  // namespace

Awaitable<Result<Addresses>> find_addresses(ThreadPool& pool, std::string host) {
  error_code error;
  auto address = ip::make_address(host, error);
  if (!error) co_return Addresses(1, address);

  auto executor = co_await asio::this_coro::executor;
  auto answer = std::make_shared<Answer>(executor);
  Work work = [answer, executor, host]() mutable {
    auto addresses = ask_system(host);
    asio::post(executor, [answer = std::move(answer), addresses = std::move(addresses)]() mutable {
      answer->addresses.emplace(std::move(addresses));
      answer->arrived.cancel();
    });
  };
  if (!pool.try_post(work))
    co_return fail(ErrorCode::unavailable, "Too many host names are being looked up");
  work = nullptr;
  co_await answer->arrived.async_wait(waiting);
  if (!answer->addresses) co_return fail(ErrorCode::unavailable, "The lookup was given up", host);
  co_return std::move(*answer->addresses);
}

}  // namespace aiva::http_client
