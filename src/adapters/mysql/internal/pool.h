#pragma once

#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "adapters/mysql/internal/connection.h"
#include "adapters/mysql/internal/measures.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::mysql {

struct PoolOptions {
  std::size_t threads_min = 5;
  std::size_t threads_max = 20;
  std::size_t queue_max = 10000;
  std::chrono::milliseconds acquire_timeout{10000};
  std::chrono::milliseconds idle_max{300000};
  std::chrono::milliseconds backoff_max{1000};
  ConnectionOptions connection{};
};

// Whether a server is worth another try, and whether it is still the one to be asked; shared by the
// threads of its pool.
class Reachability {
 public:
  explicit Reachability(std::chrono::milliseconds backoff_max) : backoff_max_(backoff_max) {}
  // Fails as the last try did until it is time for the next.
  Result<void> check() const;
  void note(const Result<void>& connected);
  // Grows when the server that was the primary is it no longer: connections of an earlier term lead
  // to a server that others write to, or nobody.
  [[nodiscard]] std::uint64_t term() const { return term_; }
  void end_term(std::uint64_t term);
  // Where the last connection led.
  void note_host(const Host& host);
  [[nodiscard]] bool leads_elsewhere(const Host& host) const;

 private:
  std::atomic<std::uint64_t> term_ = 0;
  std::chrono::milliseconds backoff_max_;
  mutable std::mutex mutex_;
  std::chrono::milliseconds backoff_{0};
  std::chrono::steady_clock::time_point next_try_{};
  Error last_{};
  std::optional<Host> host_{};
};

// A thread's connection, opened when it is needed and again after it broke.
class Lane {
 public:
  Lane(const Server& server, const ConnectionOptions& options, Reachability& reachability,
       Measures& measures)
      : server_(server), options_(options), reachability_(reachability), measures_(measures) {}
  ~Lane() { close(); }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // To the server of now; a connection to one that is the primary no longer is closed. Fails with
  // `unavailable`.
  Result<Connection*> connect();
  [[nodiscard]] bool is_connected() const { return connection_ != nullptr; }
  // Closes a connection that broke or may be used no longer.
  void close();
  // The same, and no other lane stays with a server that may not be written to.
  void leave();
  [[nodiscard]] Measures& measures() const { return measures_; }

  // What it works on now; borrowed until it is told of the next. Null: nothing.
  void work_for(const CallContext* context);
  // For the watching thread, with whatever is waited for now. See Pool::watch.
  struct Watched {
    const CallContext* context = nullptr;
    Connection* connection = nullptr;
    std::optional<std::chrono::steady_clock::time_point> waits_since{};
  };
  // Calls `look` while neither the context nor the connection can go.
  void watch(const std::function<void(const Watched&)>& look);

 private:
  const Server& server_;
  const ConnectionOptions& options_;
  Reachability& reachability_;
  Measures& measures_;
  std::mutex mutex_;  // between its thread and the watching one
  std::unique_ptr<Connection> connection_;
  std::uint64_t term_ = 0;  // of the connection
  const CallContext* context_ = nullptr;
};

// Threads with a connection each to one server, and a queue before them. Another thread watches:
// it ends what waits too long in the queue, and statements of calls that are over.
class Pool {
 public:
  using Job = std::function<Result<void>(Lane&)>;
  // Called by the watching thread some times a second with a connection of its own, or with the
  // failure to have one.
  using OnTick = std::function<void(const Result<Connection*>&)>;

  Pool(Server server, PoolOptions options, Measures& measures, OnTick on_tick = {});
  // Finishes what is queued.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Runs the job on one of the threads and continues at the context's home. Fails with
  // `unavailable` when no connection is free within the acquire timeout.
  Task<Result<void>> run(CallContext context, Job job);

 private:
  struct Waiting;
  struct Awaiter;

  bool submit(Waiting* waiting);
  void add_thread();
  void work();
  Waiting* take(std::unique_lock<std::mutex>& lock);
  void watch();
  void expire_waiting();
  void look_at_lanes();
  void stop_statement(const Lane::Watched& watched);
  void tick();
  void look_for_demotion();
  Result<Connection*> control();

  Server server_;
  PoolOptions options_;
  Measures& measures_;
  OnTick on_tick_;
  Reachability reachability_;

  std::mutex mutex_;
  std::condition_variable ready_;
  std::condition_variable changed_;  // for the watching thread
  std::deque<Waiting*> queue_;
  std::list<std::shared_ptr<Lane>> lanes_;  // shared with whoever watches them
  std::size_t threads_ = 0;
  std::size_t idle_ = 0;
  bool is_stopping_ = false;
  std::condition_variable ended_;  // no thread is left

  // Of the watching thread alone.
  std::unique_ptr<Connection> control_;
  std::uint64_t control_term_ = 0;
  std::chrono::steady_clock::time_point control_next_{};
  std::thread watcher_;
};

}  // namespace aiva::mysql
