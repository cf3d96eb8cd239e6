#pragma once

#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "adapters/sqlite/connection.h"
#include "adapters/sqlite/measures.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/database.h"

namespace aiva {

// The one thread that writes. Writes which wait together share a transaction, each in a savepoint
// of its own, and all of them complete after its commit; when the commit fails, all of them fail.
class GroupWriter {
 public:
  // `measures` is borrowed.
  GroupWriter(std::unique_ptr<Connection> connection, std::size_t queue_max,
              SqliteMeasures& measures);
  // Finishes what is queued.
  ~GroupWriter();
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;

  // Runs `body` in a transaction and continues at the context's home once it is durable.
  Task<Result<void>> write(CallContext context, Database::Body body);

 private:
  struct Waiting {
    CallContext context;
    Database::Body body;
    Result<void> outcome{};
    std::coroutine_handle<> awaiting{};
    SqliteMeasures::Instant since = std::chrono::steady_clock::now();  // asked, then taken up
  };
  struct Awaiter;

  bool submit(Waiting* waiting);
  void run();
  // The next write, or null when there is none.
  Waiting* take();
  std::vector<Waiting*> commit_group();
  std::vector<Waiting*> run_group();
  Result<void> run_first(Waiting& waiting);
  Result<void> run_in_savepoint(Waiting& waiting);
  Result<void> run_body(Waiting& waiting);

  std::unique_ptr<Connection> connection_;
  std::size_t queue_max_;
  SqliteMeasures& measures_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Waiting*> queue_;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace aiva
