#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

struct RedisOptions {
  // redis://[USER[:PASSWORD]@]HOST[:PORT][,HOST[:PORT]…][/DATABASE], rediss:// with TLS. Several
  // hosts are nodes of one cluster to begin with.
  std::string url = "redis://127.0.0.1:6379/0";
  std::filesystem::path ca_file{};  // PEM certificates trusted besides the system's
  std::string client_name = "aiva";
  std::size_t connections_per_node_max = 4;
  std::size_t calls_max = 10000;  // that wait or are under way; more are refused
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds call_timeout{10000};  // where the caller has no nearer deadline
  std::chrono::milliseconds backoff_min{50};      // before a node is tried again, doubled each time
  std::chrono::milliseconds backoff_max{2000};
  Metrics* metrics = nullptr;  // borrowed; null: nothing is counted
};

// What a server answers.
struct RedisReply {
  enum class Kind { nil, integer, text, status, error, list };
  Kind kind = Kind::nil;
  std::int64_t integer = 0;
  std::string text{};  // bytes, or the words of a status or an error
  std::vector<RedisReply> list{};
};

using RedisCommand = std::vector<std::string>;
using RedisReplies = std::vector<RedisReply>;

// Commands that run one after the other on one connection, on the node that has `key`; all their
// keys lie in its hash slot.
struct RedisBatch {
  std::string key{};  // empty: any node
  std::vector<RedisCommand> commands{};
  bool may_repeat = false;  // sent again when the connection broke before all answers came
  // Above 0 it is in a hurry: it fails at once where its node has left others unanswered for so
  // long, and where a cluster still looks for another one.
  std::chrono::milliseconds silence_max{};
  std::optional<std::size_t> master{};  // without a key: this one of the masters, from 0
};

// What is heard of channels, on the client's own thread: it is back soon.
struct RedisHearing {
  std::function<void(std::string_view channel, std::string_view message)> on_message{};
  // Messages are heard from now on; those before are missed. Again after each loss of the
  // connection.
  std::function<void(std::string_view channel)> on_begin{};
};

// Hears channels of a Redis (SUBSCRIBE) until it goes; nothing is called any more when its
// destructor returns. Any thread.
class RedisListener {
 public:
  virtual ~RedisListener() = default;
  virtual void add(std::string channel) = 0;
  virtual void remove(std::string channel) = 0;
};

// A Redis server, or all nodes of a Redis Cluster: which one it is shows in its answers, and a
// cluster's slots are followed as they move. Calls are pipelined over a few connections a node,
// opened when they are needed. Any thread.
class Redis {
 public:
  virtual ~Redis() = default;

  // Runs all batches at the same time and answers their replies in order; what a server refuses
  // is a reply of the kind `error`. Fails with `unavailable`, `timeout`, `cancelled`, or
  // `too_large` when too much was asked or answered.
  virtual Task<Result<std::vector<RedisReplies>>> run(CallContext context,
                                                      std::vector<RedisBatch> batches) = 0;
  // Continues after so long. Fails with `timeout` or `cancelled`.
  virtual Task<Result<void>> pause(CallContext context, std::chrono::milliseconds time) = 0;
  // Hears channels over a connection of its own, which is made anew whenever it is lost. Goes
  // before this object.
  virtual std::unique_ptr<RedisListener> listen(RedisHearing hearing) = 0;
  // How many masters there are, as far as is known.
  [[nodiscard]] virtual std::size_t masters() const = 0;
  // One batch; what a server refuses is a failure.
  Task<Result<RedisReplies>> run_one(CallContext context, RedisBatch batch);
  // One command.
  Task<Result<RedisReply>> call(CallContext context, RedisBatch batch);
};

// Reads the options; connects later. Fails with `invalid` on a URL it cannot use or a CA file
// that cannot be read. No message and no log line has the password.
Result<std::unique_ptr<Redis>> make_redis(const RedisOptions& options);

// The version of a server that answers, as in "8.0.2, cluster". Fails as calls do.
Task<Result<std::string>> describe_redis(CallContext context, Redis& redis);

}  // namespace aiva
