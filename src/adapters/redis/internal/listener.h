#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/redis/internal/connection.h"
#include "adapters/redis/internal/node.h"

namespace aiva::redis {

// A connection that hears what is published on some channels. One that breaks or falls silent is
// made anew, to another node where there are several. On the loop's thread.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  struct Parts {
    asio::io_context& loop;
    const ConnectionSettings& connection;
    const NodeSettings& node;
    // Which node to hear; told whether the last one failed.
    std::function<Address(bool has_failed)> choose;
    RedisHearing hearing;
  };
  explicit Listener(Parts parts);

  void start();
  void add(const std::string& channel);
  void remove(const std::string& channel);
  // Asks a node that says nothing for a sign of life, and gives up one that does not answer.
  void look_at(std::chrono::steady_clock::time_point now);
  // Nothing is handed on any more.
  void close();

 private:
  Awaitable<void> run();
  Awaitable<Result<void>> hear(Address address);
  Awaitable<Result<void>> open(const Address& address, ReplyReader& reader);
  Awaitable<void> rest();
  Result<void> hand_on(RedisReply reply);
  void send(const RedisCommand& command);
  void write_queued();

  Parts parts_;
  std::set<std::string> channels_;
  std::shared_ptr<Stream> stream_;  // shared with the write under way
  std::vector<char> buffer_;
  std::string queued_;
  asio::steady_timer timer_;
  std::chrono::steady_clock::time_point heard_at_{};
  std::chrono::steady_clock::time_point asked_at_{};
  int failures_ = 0;  // since channels were heard last
  bool is_open_ = false;
  bool is_writing_ = false;
  bool is_closed_ = false;
};

}  // namespace aiva::redis
