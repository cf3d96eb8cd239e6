#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "adapters/redis/internal/cluster_slots.h"
#include "adapters/redis/internal/node.h"

namespace aiva::redis {

// A batch on its way to its answers, over as many nodes and tries as it takes.
struct Attempt {
  RedisBatch batch{};
  std::function<bool()> is_wanted{};
  // Called once, on the loop's thread, unless it is not wanted any more.
  std::move_only_function<void(Result<RedisReplies>)> done{};
  std::shared_ptr<void> ticket{};  // held until the last of it has left the connections

  RedisReplies replies{};
  std::vector<std::size_t> open{};  // commands that have no answer to keep yet
  int tries = 0;
};
using AttemptPointer = std::shared_ptr<Attempt>;  // shared by retries and exchanges

// Finds the node for each batch: the first that was named, or by the slots of a cluster, which it
// learns when a node points elsewhere. On the loop's thread.
class Router {
 public:
  Router(asio::io_context& loop, const ConnectionSettings& connections, const NodeSettings& nodes)
      : loop_(loop), connection_settings_(connections), node_settings_(nodes) {}

  void send(AttemptPointer attempt);
  // One to be asked for what all nodes know; another one when the last one failed.
  Address choose_node(bool has_failed);
  [[nodiscard]] std::size_t masters() const;
  void look_at(std::chrono::steady_clock::time_point now);
  // Ends all connections and refuses what comes later.
  void close(const Error& why);

 private:
  struct Way {
    Address to{};
    bool is_asking = false;  // the slot is on its way there
  };

  Address route(const RedisBatch& batch) const;
  Address route(const std::string& key) const;
  Node& node(const Address& address);
  void dispatch(AttemptPointer attempt, Way way);
  void take(AttemptPointer attempt, const Way& way, Result<RedisReplies> replies, bool was_sent);
  void retry_failed(AttemptPointer attempt, Error failure, bool was_sent);
  void sort_out(AttemptPointer attempt, const Way& way, RedisReplies replies);
  std::optional<Way> find_next_way(Attempt& attempt, const Way& way);
  void dispatch_later(AttemptPointer attempt);
  static void finish(Attempt& attempt, Result<RedisReplies> outcome);
  void learn_slots(int candidates_left);
  void leave_silent_nodes();

  asio::io_context& loop_;
  const ConnectionSettings& connection_settings_;
  const NodeSettings& node_settings_;
  std::map<Address, std::shared_ptr<Node>> nodes_;  // shared with their connections
  std::optional<ClusterSlots> slots_;               // none: a single server, as far as is known
  std::size_t candidate_ = 0;                       // which seed or master is asked
  bool is_learning_ = false;
  std::chrono::steady_clock::time_point learnt_at_{};
  std::optional<Error> closed_by_;
};

}  // namespace aiva::redis
