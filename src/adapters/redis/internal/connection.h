#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/redis/internal/address.h"
#include "adapters/redis/internal/asio.h"
#include "adapters/redis/internal/protocol.h"
#include "adapters/redis/internal/stream.h"
#include "adapters/redis/redis.h"
#include "foundation/result.h"

namespace aiva::redis {

// Some commands on their way to a node and what comes back for them.
struct Exchange {
  std::string bytes{};
  std::size_t reply_count = 0;
  std::chrono::milliseconds silence_max{};  // of the node, where it is in a hurry
  std::function<bool()> is_wanted{};
  // `was_sent`: the node may have seen some of it. Called once, on the loop's thread.
  std::move_only_function<void(Result<RedisReplies>, bool was_sent)> done{};
  RedisReplies replies{};
};

// What all connections share.
struct ConnectionSettings {
  Target target;
  TlsContext* tls = nullptr;  // borrowed; null: plain TCP
  std::string client_name{};
  std::chrono::milliseconds connect_timeout{};
  std::chrono::milliseconds silence_max{};  // without a byte while answers are awaited
  std::size_t reply_bytes_max = 0;
};

// One connection to a node: signs in, then sends exchanges as they come and hands out replies in
// their order. On the loop's thread; lives until it has ended.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // `ended(was_open, failure)` is called once, before its exchanges get their failure.
  using Ended = std::move_only_function<void(bool was_open, const Error& failure)>;

  Connection(asio::io_context& loop, const ConnectionSettings& settings, Address address);

  void start(Ended ended);
  // Not after the end.
  void send(std::unique_ptr<Exchange> exchange);
  [[nodiscard]] std::size_t load() const { return queue_.size() + sent_.size(); }
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  [[nodiscard]] bool is_open() const { return is_open_; }
  // Since when it waits for a byte of the node; nothing when it does not.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> waits_since() const;
  // When a byte came last.
  [[nodiscard]] std::chrono::steady_clock::time_point heard_at() const { return byte_at_; }
  // Ends it when the node has been silent for too long.
  void look_at(std::chrono::steady_clock::time_point now);
  void close(Error why);

 private:
  Awaitable<void> run();
  Awaitable<Result<void>> read_more();
  Result<void> hand_out();
  void write_queued();
  std::unexpected<Error> broken(const error_code& error);
  void end(const Error& why);

  asio::io_context& loop_;
  const ConnectionSettings& settings_;
  Address address_;
  Stream stream_;
  ReplyReader reader_;
  std::vector<char> buffer_;
  std::deque<std::unique_ptr<Exchange>> queue_;
  std::deque<std::unique_ptr<Exchange>> sent_;
  std::string writing_;
  bool is_writing_ = false;
  bool is_open_ = false;
  bool has_ended_ = false;
  std::chrono::steady_clock::time_point began_at_{};
  std::chrono::steady_clock::time_point byte_at_{};
  std::chrono::steady_clock::time_point heard_at_{};  // or when the first of `sent_` was sent
  Error why_{};
  Ended ended_;
};

}  // namespace aiva::redis
