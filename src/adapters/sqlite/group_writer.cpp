#include "adapters/sqlite/group_writer.h"

#include <pthread.h>

#include <chrono>
#include <exception>
#include <utility>

namespace aiva {
namespace {

constexpr std::size_t group_size_max = 128;
constexpr std::chrono::milliseconds group_time_max{20};

Result<void> discard(Result<std::int64_t> changed) {
  TRY_VOID(std::move(changed));
  return {};
}

}  // namespace

struct GroupWriter::Awaiter {
  GroupWriter& writer;
  Waiting waiting;

  bool await_ready() noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiting) {
    waiting.awaiting = awaiting;
    if (writer.submit(&waiting)) return true;
    waiting.outcome = fail(ErrorCode::unavailable, "The server is overloaded; try again");
    return false;
  }
  Result<void> await_resume() { return std::move(waiting.outcome); }
};

GroupWriter::GroupWriter(std::unique_ptr<Connection> connection, std::size_t queue_max,
                         SqliteMeasures& measures)
    : connection_(std::move(connection)),
      queue_max_(queue_max),
      measures_(measures),
      thread_([this] { run(); }) {}

GroupWriter::~GroupWriter() {
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  ready_.notify_one();
  thread_.join();
}

Task<Result<void>> GroupWriter::write(CallContext context, Database::Body body) {
  Awaiter awaiter{*this, Waiting{.context = std::move(context), .body = std::move(body)}};
  auto outcome = co_await awaiter;
  co_return outcome;
}

// Notifies under the lock: once it is free, the write may be done and this object gone.
bool GroupWriter::submit(Waiting* waiting) {
  std::lock_guard lock(mutex_);
  if (queue_.size() >= queue_max_) return false;
  queue_.push_back(waiting);
  measures_.begin_wait();
  ready_.notify_one();
  return true;
}

void GroupWriter::run() {
  pthread_setname_np(pthread_self(), "db-write");
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return is_stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
    }
    for (auto* waiting : commit_group()) {
      auto awaiting = waiting->awaiting;
      auto* home = waiting->context.home;
      if (home != nullptr)
        home->post([awaiting] { awaiting.resume(); });
      else
        awaiting.resume();
    }
  }
}

GroupWriter::Waiting* GroupWriter::take() {
  std::lock_guard lock(mutex_);
  if (queue_.empty()) return nullptr;
  auto* waiting = queue_.front();
  queue_.pop_front();
  measures_.end_wait(waiting->since);
  waiting->since = std::chrono::steady_clock::now();
  return waiting;
}

std::vector<GroupWriter::Waiting*> GroupWriter::commit_group() {
  measures_.begin_work();
  auto group = run_group();
  measures_.end_work();
  for (const auto* waiting : group) measures_.note_write(waiting->since);
  return group;
}

std::vector<GroupWriter::Waiting*> GroupWriter::run_group() {
  auto group_end = std::chrono::steady_clock::now() + group_time_max;
  std::vector<Waiting*> group;
  Result<void> committed;
  while (auto* waiting = take()) {
    group.push_back(waiting);
    if (group.size() == 1) {
      waiting->outcome = run_first(*waiting);
      if (!waiting->outcome) return group;
    } else {
      waiting->outcome = run_in_savepoint(*waiting);
      if (!connection_->is_in_transaction()) {
        auto cause = waiting->outcome ? std::string("unknown") : waiting->outcome.error().cause;
        committed = fail(ErrorCode::unavailable, "The change could not be stored; try again",
                         "the engine ended the group's transaction: " + cause);
        break;
      }
    }
    if (group.size() >= group_size_max || std::chrono::steady_clock::now() >= group_end) break;
  }
  if (connection_->is_in_transaction()) {
    if (auto done = connection_->execute("COMMIT"); !done) {
      committed = fail(std::move(done.error()));
      if (connection_->is_in_transaction()) std::ignore = connection_->execute("ROLLBACK");
    }
  }
  if (!committed)
    for (auto* waiting : group)
      if (waiting->outcome) waiting->outcome = fail(committed.error());
  return group;
}

Result<void> GroupWriter::run_first(Waiting& waiting) {
  TRY_VOID(waiting.context.check());
  TRY_VOID(connection_->execute("BEGIN IMMEDIATE"));
  auto outcome = run_body(waiting);
  if (outcome && !connection_->is_in_transaction())
    outcome = fail(internal_error("the body ended its own transaction"));
  if (!outcome && connection_->is_in_transaction()) std::ignore = connection_->execute("ROLLBACK");
  return outcome;
}

Result<void> GroupWriter::run_in_savepoint(Waiting& waiting) {
  TRY_VOID(waiting.context.check());
  TRY_VOID(connection_->execute("SAVEPOINT one"));
  auto outcome = run_body(waiting);
  if (!connection_->is_in_transaction()) return outcome;
  Result<void> ended;
  if (!outcome) ended = discard(connection_->execute("ROLLBACK TO one"));
  if (ended) ended = discard(connection_->execute("RELEASE one"));
  if (ended) return outcome;
  // A savepoint that cannot be closed would let a failed change slip into the commit.
  std::ignore = connection_->execute("ROLLBACK");
  return ended;
}

Result<void> GroupWriter::run_body(Waiting& waiting) {
  try {
    return waiting.body(*connection_);
  } catch (const std::exception& error) {
    return fail(internal_error(std::string("a transaction threw: ") + error.what()));
  } catch (...) {
    return fail(internal_error("a transaction threw"));
  }
}

}  // namespace aiva
