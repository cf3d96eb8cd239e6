#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "adapters/redis/redis.h"
#include "ports/testing/temporary_folder.h"

namespace aiva::redis {

// Below the ports that the system gives out, with room for that of the cluster bus.
std::uint16_t find_free_port();

// A Redis 8 of its own on a free port of the loopback interface, for one test; it ends with this
// object or with the test program. tests/components/redis8 puts the program where it is looked for.
class RedisServer {
 public:
  // Starts it with more arguments of redis-server; keeps nothing on disk unless told to.
  explicit RedisServer(std::vector<std::string> arguments = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const;
  // Kills it at once.
  void kill();
  // Starts it again on its port, with what it kept on disk.
  void start();
  // Stops it in the middle of whatever it does, and lets it go on.
  void freeze() const;
  void thaw() const;

 private:
  [[nodiscard]] bool answers() const;

  TemporaryFolder folder_;
  std::vector<std::string> arguments_;
  std::uint16_t port_;
  pid_t process_ = -1;
};

// Three masters with a third of the slots each; with a replica of each, if wanted: node 3 follows
// node 0, and so on. A master that is gone is followed by its replica within seconds.
class RedisClusterServers {
 public:
  explicit RedisClusterServers(bool has_replicas = false);

  [[nodiscard]] RedisServer& node(std::size_t index) { return *nodes_[index]; }
  // Names the first node only.
  [[nodiscard]] std::string url() const { return nodes_.front()->url(); }
  // Whatever a node answers to a command, by a connection that follows nothing.
  static RedisReply ask(const RedisServer& node, const RedisCommand& command);

 private:
  void follow();
  [[nodiscard]] bool is_ready() const;

  std::vector<std::unique_ptr<RedisServer>> nodes_;
};

// A client of a test, with short times. A wrong URL ends the program.
std::unique_ptr<Redis> connect(const std::string& url, RedisOptions options = {});

// What one command is answered; a failure is an error reply with its message.
RedisReply ask(Redis& redis, RedisCommand command);

}  // namespace aiva::redis
