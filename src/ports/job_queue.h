#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/time.h"
#include "ports/database.h"

namespace aiva {

enum class JobState { queued, running, completed, dead, cancelled };

// Work to be done once, even if processes die: it is leased, and leased again when a lease expires.
struct Job {
  JobId id{};
  TenantId tenant{};
  std::string kind;       // "ingest_document"
  std::string subject;    // what it is about, e.g. the document id; looked up by cancel()
  std::string payload{};  // JSON
  JobState state = JobState::queued;
  int priority = 100;    // lower runs first
  int attempts = 0;      // leases so far, this one included
  int attempts_max = 5;  // then it is dead
  std::string last_error{};
  UnixMs run_after = 0;
  // Whether it may be refused while too many jobs of its tenant wait: work that somebody asks for
  // now, not what other work needs to go on.
  bool is_refusable = false;
  // The trace it belongs to, as a traceparent header; empty: that of the session it is queued in.
  std::string traceparent{};
};

// How many jobs of a kind wait: due, or not yet.
struct JobBacklog {
  std::string kind;
  std::int64_t count = 0;
};

// How a leased job ended. `released`: given back unfinished, at a shutdown or for others' sake; the
// job is due again after `retry_in` and this lease does not count as an attempt.
struct JobOutcome {
  enum class Kind { completed, retry, dead, cancelled, released } kind = Kind::completed;
  std::string error{};
  std::chrono::milliseconds retry_in{};
};

// The durable queue in the `jobs` table.
class JobQueue {
 public:
  virtual ~JobQueue() = default;

  // Adds a job inside the caller's transaction, so that it exists exactly when the rows do. Fails
  // with `rate_limited` when it may be refused and too many of its tenant wait.
  virtual Result<JobId> enqueue(SqlSession& session, Job job) = 0;
  // Cancels the queued and running jobs about a subject inside the caller's transaction; a running
  // one is told at its next heartbeat.
  virtual Result<void> cancel(SqlSession& session, const std::string& kind,
                              const std::string& subject) = 0;
  // Whether a job about the subject is queued or running.
  virtual Result<bool> is_pending(SqlSession& session, const std::string& kind,
                                  const std::string& subject) = 0;
  // Wakes waiting workers after a commit that enqueued: those of this process, and of others where
  // there is a way to tell them. They look by themselves every second.
  virtual void wake() = 0;
  // Wakes those of this process: somebody has told it that there is work.
  virtual void wake_here() = 0;
  // Registers a function that wake_here() calls; for the worker loop.
  virtual void on_wake(std::function<void()> listener) = 0;

  // Takes up to `count_max` due jobs of these kinds for `lease`; also those whose lease expired.
  // Jobs of a lower priority number come first; within one, tenants take turns.
  // Jobs that used up their attempts are returned in state `dead` instead, so that the worker can
  // tell the subject and then finish() them as dead; until it does, they are offered again.
  virtual Task<Result<std::vector<Job>>> lease(CallContext context, std::vector<std::string> kinds,
                                               std::size_t count_max, std::string worker,
                                               std::chrono::milliseconds lease) = 0;
  // Prolongs a lease. `conflict`: the lease is lost; `cancelled`: the job shall stop.
  virtual Task<Result<void>> heartbeat(CallContext context, JobId job, std::string worker,
                                       std::chrono::milliseconds lease) = 0;
  // Ends a lease. `conflict` when it was lost meanwhile.
  virtual Task<Result<void>> finish(CallContext context, JobId job, std::string worker,
                                    JobOutcome outcome) = 0;
  // Ends the leases of workers whose names begin with `worker` at once, as if their time were over:
  // for a process that starts and knows that those run no more; empty: of all workers. A job leased
  // more than three times keeps its lease, so that one which ends its process does not end the next
  // one at once.
  virtual Task<Result<void>> forfeit_leases(CallContext context, std::string worker) = 0;
  // Due and waiting jobs, for metrics and scaling.
  virtual Task<Result<std::int64_t>> depth(CallContext context) = 0;
  // The same by kind; kinds of which none waits are left out.
  virtual Task<Result<std::vector<JobBacklog>>> backlog(CallContext context) = 0;
};

}  // namespace aiva
