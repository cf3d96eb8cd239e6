#pragma once

#include <chrono>
#include <memory>

#include "adapters/http_client/internal/asio.h"
#include "adapters/http_client/internal/connection.h"
#include "adapters/http_client/internal/url.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/thread_pool.h"

namespace aiva::http_client {

// Which server a connection leads to, and whether it may be one of a private network.
struct Origin {
  bool is_tls = false;
  std::string host;
  std::uint16_t port = 0;
  bool may_be_private = false;

  auto operator<=>(const Origin&) const = default;
};

// Opens connections. Looks a name up once, checks every address and connects to what it checked.
struct Dialer {
  ThreadPool& lookups;
  asio::ssl::context& tls;
  std::chrono::milliseconds timeout;     // for each address
  Histogram* connect_seconds = nullptr;  // of those that were reached; may be null

  // Fails with `forbidden` on a guarded address, else `unavailable`.
  Awaitable<Result<std::unique_ptr<Connection>>> dial(Origin origin);
};

}  // namespace aiva::http_client
