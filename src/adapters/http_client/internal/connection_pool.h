#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <utility>

#include "adapters/http_client/internal/asio.h"
#include "adapters/http_client/internal/connection.h"
#include "adapters/http_client/internal/dialer.h"
#include "foundation/result.h"

namespace aiva::http_client {

struct PoolLimits {
  std::size_t connections_per_host_max = 1;
  std::size_t waiting_per_host_max = 1;
  std::size_t idle_max = 1;
  std::chrono::milliseconds idle_time_max{};
};

class ConnectionPool;

// A connection in use, holding one of its host's places. Its end closes the connection and frees
// the place.
class Lease {
 public:
  Lease() = default;
  Lease(Lease&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)),
        origin_(std::move(other.origin_)),
        connection_(std::move(other.connection_)),
        is_reused_(other.is_reused_) {}
  Lease& operator=(Lease&& other) noexcept;
  ~Lease() { release(); }

  Connection* operator->() const { return connection_.get(); }
  explicit operator bool() const { return connection_ != nullptr; }
  // Whether an earlier call used the connection: the server may have closed it meanwhile.
  [[nodiscard]] bool is_reused() const { return is_reused_; }
  // Frees the place and keeps the connection open for the next call to this host.
  void keep();

 private:
  friend class ConnectionPool;
  Lease(ConnectionPool& pool, Origin origin) : pool_(&pool), origin_(std::move(origin)) {}
  void release();

  ConnectionPool* pool_ = nullptr;
  Origin origin_;
  std::unique_ptr<Connection> connection_;
  bool is_reused_ = false;
};

// The connections of one loop; on its thread only. Bounds how many are open to a host, how many
// calls wait for one, and how many stay open idle.
class ConnectionPool {
 public:
  ConnectionPool(asio::io_context& context, Dialer dialer, PoolLimits limits)
      : context_(context), dialer_(dialer), limits_(limits), sweep_timer_(context) {}

  // A connection to the origin: an idle one unless `must_be_fresh`, else a new one; waits while
  // the host has no free place. Fails as Dialer does, or `unavailable` when too many wait.
  Awaitable<Result<Lease>> acquire(Origin origin, bool must_be_fresh);
  // Closes all idle connections, for good.
  void close();

 private:
  friend class Lease;
  struct Waiter {
    explicit Waiter(asio::io_context& context)
        : granted_timer(context, asio::steady_timer::time_point::max()) {}
    asio::steady_timer granted_timer;  // cancelled when the place is granted
    bool is_granted = false;
  };
  struct Host {
    std::size_t in_use = 0;
    std::list<Waiter*> waiters;
  };
  struct Idle {
    Origin origin;
    std::unique_ptr<Connection> connection;
    std::chrono::steady_clock::time_point since;
  };

  Awaitable<Result<Lease>> take_place(Origin origin);
  void free_place(const Origin& origin);
  std::unique_ptr<Connection> take_idle(const Origin& origin);
  void put_idle(Origin origin, std::unique_ptr<Connection> connection);
  void sweep_later();

  asio::io_context& context_;
  Dialer dialer_;
  PoolLimits limits_;
  std::map<Origin, Host> hosts_;
  std::list<Idle> idle_;  // the longest idle first
  asio::steady_timer sweep_timer_;
  bool is_sweeping_ = false;
  bool is_closed_ = false;
};

}  // namespace aiva::http_client
