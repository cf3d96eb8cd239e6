#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "adapters/redis/internal/connection.h"

namespace aiva::redis {

struct NodeSettings {
  std::size_t connections_max = 1;
  std::chrono::milliseconds backoff_min{};
  std::chrono::milliseconds backoff_max{};
};

// A node and the connections to it. One that could not be reached is left alone for a while that
// doubles with each failure. On the loop's thread; lives until its last connection has ended.
class Node : public std::enable_shared_from_this<Node> {
 public:
  Node(asio::io_context& loop, const ConnectionSettings& connections, const NodeSettings& settings,
       Address address)
      : loop_(loop),
        connections_settings_(connections),
        settings_(settings),
        address_(std::move(address)) {}

  // Refuses what is in a hurry while the node is silent. Sends the rest over the least loaded
  // connection; a busy one is joined only when no more may be opened, since a server works on one
  // command of a connection at a time.
  void send(std::unique_ptr<Exchange> exchange);
  [[nodiscard]] const Address& address() const { return address_; }
  // Something waits for it for so long, and nothing was heard meanwhile.
  [[nodiscard]] bool is_silent(std::chrono::milliseconds time) const;
  void look_at(std::chrono::steady_clock::time_point now);
  void close(const Error& why);

 private:
  std::shared_ptr<Connection> choose();
  std::shared_ptr<Connection> connect();
  void note_end(bool was_open, const Error& failure);

  asio::io_context& loop_;
  const ConnectionSettings& connections_settings_;
  const NodeSettings& settings_;
  Address address_;
  std::vector<std::shared_ptr<Connection>> connections_;  // shared with their coroutines
  int failures_ = 0;                                      // since a connection was open last
  std::chrono::steady_clock::time_point not_before_{};
  Error last_failure_{};
};

}  // namespace aiva::redis
