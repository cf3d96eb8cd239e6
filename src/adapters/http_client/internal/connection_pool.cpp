#include "adapters/http_client/internal/connection_pool.h"

#include <algorithm>
#include <iterator>
#include <ranges>

namespace aiva::http_client {

Lease& Lease::operator=(Lease&& other) noexcept {
  if (this == &other) return *this;
  release();
  pool_ = std::exchange(other.pool_, nullptr);
  origin_ = std::move(other.origin_);
  connection_ = std::move(other.connection_);
  is_reused_ = other.is_reused_;
  return *this;
}

void Lease::keep() {
  if (pool_ != nullptr && connection_) pool_->put_idle(origin_, std::move(connection_));
  release();
}

void Lease::release() {
  connection_.reset();
  if (pool_ != nullptr) std::exchange(pool_, nullptr)->free_place(origin_);
}

Awaitable<Result<Lease>> ConnectionPool::acquire(Origin origin, bool must_be_fresh) {
  auto lease = co_await take_place(origin);
  if (!lease) co_return std::move(lease);
  if (!must_be_fresh) lease->connection_ = take_idle(origin);
  lease->is_reused_ = lease->connection_ != nullptr;
  if (lease->is_reused_) co_return std::move(lease);
  auto connection = co_await dialer_.dial(origin);
  if (!connection) co_return fail(std::move(connection.error()));
  lease->connection_ = std::move(*connection);
  co_return std::move(lease);
}

Awaitable<Result<Lease>> ConnectionPool::take_place(Origin origin) {
  auto& host = hosts_[origin];
  if (host.in_use < limits_.connections_per_host_max) {
    ++host.in_use;
    co_return Lease(*this, origin);
  }
  if (host.waiters.size() >= limits_.waiting_per_host_max)
    co_return fail(ErrorCode::unavailable, "Too many calls wait for the server", origin.host);
  Waiter waiter(context_);
  host.waiters.push_back(&waiter);
  co_await waiter.granted_timer.async_wait(waiting);
  if (waiter.is_granted) co_return Lease(*this, origin);
  std::erase(host.waiters, &waiter);
  co_return fail(ErrorCode::unavailable, "The wait for a connection was given up", origin.host);
}

// The first waiter inherits the place; a host nobody uses is forgotten.
void ConnectionPool::free_place(const Origin& origin) {
  auto found = hosts_.find(origin);
  auto& host = found->second;
  if (!host.waiters.empty()) {
    auto* waiter = host.waiters.front();
    host.waiters.pop_front();
    waiter->is_granted = true;
    waiter->granted_timer.cancel();
  } else if (--host.in_use == 0) {
    hosts_.erase(found);
  }
}

std::unique_ptr<Connection> ConnectionPool::take_idle(const Origin& origin) {
  for (auto entry = idle_.end(); entry != idle_.begin();) {
    --entry;
    if (entry->origin != origin) continue;
    auto connection = std::move(entry->connection);
    entry = idle_.erase(entry);
    if (connection->is_quiet()) return connection;
  }
  return nullptr;
}

void ConnectionPool::put_idle(Origin origin, std::unique_ptr<Connection> connection) {
  if (is_closed_ || limits_.idle_max == 0) return;
  if (idle_.size() >= limits_.idle_max) idle_.pop_front();
  idle_.push_back(Idle{.origin = std::move(origin),
                       .connection = std::move(connection),
                       .since = std::chrono::steady_clock::now()});
  if (!is_sweeping_) sweep_later();
}

void ConnectionPool::sweep_later() {
  is_sweeping_ = true;
  sweep_timer_.expires_at(idle_.front().since + limits_.idle_time_max);
  sweep_timer_.async_wait([this](const error_code& error) {
    is_sweeping_ = false;
    if (error) return;
    auto oldest = std::chrono::steady_clock::now() - limits_.idle_time_max;
    std::erase_if(idle_, [oldest](const Idle& entry) { return entry.since <= oldest; });
    if (!idle_.empty()) sweep_later();
  });
}

void ConnectionPool::close() {
  is_closed_ = true;
  idle_.clear();
  sweep_timer_.cancel();
}

}  // namespace aiva::http_client
