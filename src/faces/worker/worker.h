#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/tracer.h"
#include "ports/clock.h"
#include "ports/job_queue.h"
#include "ports/schedule_leases.h"

namespace aiva::worker {

// Does one job. The context is cancelled when the job is cancelled, its lease is lost or the worker
// drains; then the handler ends soon and its outcome only counts where the job is still ours. A
// failure (instead of an outcome) means: try again later. A job in state `dead` has used up its
// attempts: the handler only tells those concerned.
using JobHandler = std::function<Task<Result<JobOutcome>>(CallContext, Job)>;

// Whose a chore is where several processes work on one database.
enum class ChoreScope {
  process,  // each does it: it is about what only this process has, or its rows are leased one by
            // one
  fleet,    // one of all does it, so often
};

// Something done now and then beside the jobs: once after the start, then every so often; sooner
// where it failed.
struct Chore {
  std::string name;  // of one of the fleet: the same in all processes
  std::chrono::milliseconds every{};
  std::function<Task<Result<void>>(CallContext)> run;
  ChoreScope scope = ChoreScope::fleet;
};

struct WorkerOptions {
  std::string name = "worker";  // names the leases: differs between processes and restarts
  std::size_t concurrency = 2;  // jobs at once; 0: none, chores only
  std::chrono::milliseconds lease{30'000};
  std::chrono::milliseconds poll_interval{1'000};  // besides being woken
  // Leases of workers whose names begin so end with start(): they were of processes that run no
  // more. Empty: all leases, no other process works on the queue. Nothing: none end.
  std::optional<std::string> forfeits{};
};

// Takes jobs from the queue and does them. The destructor drains.
class Worker {
 public:
  virtual ~Worker() = default;

  // Starts the thread that takes jobs. Call once; without it, turn() has to be called.
  virtual void start() = 0;
  // Takes no more jobs, stops the running ones and puts them back into the queue without costing
  // them an attempt. Returns when all have ended or `patience` is over.
  virtual void drain(std::chrono::milliseconds patience) = 0;
  // Does what is due: ends leases, prolongs them, starts chores and jobs. Answers after how long
  // the next turn is due. One thread at a time.
  virtual std::chrono::milliseconds turn() = 0;
  // Jobs and chores being done now.
  [[nodiscard]] virtual std::size_t running() const = 0;
};

// What a worker works on; queue, clock and metrics are borrowed.
struct WorkerParts {
  JobQueue& queue;
  const Clock& clock;
  Metrics& metrics;
  std::map<std::string, JobHandler> handlers;  // by kind of job
  std::vector<Chore> chores{};
  ScheduleLeases* schedules = nullptr;  // null: no other process does chores
  Tracer* tracer = nullptr;             // null: no job is recorded
};

std::unique_ptr<Worker> make_worker(WorkerOptions options, WorkerParts parts);

}  // namespace aiva::worker
