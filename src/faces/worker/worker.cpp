#include "faces/worker/worker.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "faces/worker/internal/chore_runner.h"
#include "faces/worker/worker_metrics.h"
#include "foundation/crypto.h"
#include "foundation/log.h"
#include "foundation/thread_pool.h"

namespace aiva::worker {
namespace {

using std::chrono::milliseconds;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr int heartbeats_per_lease = 3;
constexpr milliseconds chore_lease{30'000};
constexpr milliseconds backoff_longest{30'000};
constexpr std::chrono::seconds retry_base{2};
constexpr std::chrono::minutes retry_longest{10};
constexpr std::chrono::hours final_patience{1};

// Why a job is being stopped before its end.
enum class StopReason { none, cancelled, lost, drained };

// One job being done.
struct Run {
  Job job;
  std::stop_source stop{};
  StopReason reason = StopReason::none;
  TraceContext trace{};  // that the job was queued in, or its own
  SteadyTime started{};
  SteadyTime heartbeat_due{};
  SteadyTime lease_ends{};
  std::optional<JobOutcome> outcome{};  // once it has ended
};
using RunPointer = std::shared_ptr<Run>;

// What the queue's wake-up and ending jobs touch: shared with them, since they may come late.
struct Shared {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_woken = true;
  bool is_draining = false;
  bool is_stopping = false;
  std::vector<RunPointer> runs;

  void wake() {
    std::lock_guard lock(mutex);
    is_woken = true;
    changed.notify_all();
  }
};

milliseconds retry_delay(int attempts) {
  milliseconds delay = retry_base;
  for (int i = 1; i < attempts && delay < retry_longest; ++i) delay *= 2;
  return std::min<milliseconds>(delay, retry_longest);
}

// What becomes of a job whose handler failed instead of telling an outcome.
JobOutcome outcome_of_failure(const Job& job, const Error& error) {
  CallContext context{.tenant = job.tenant};
  if (auto trace = parse_traceparent(job.traceparent)) context.trace = *std::move(trace);
  log::failure("A job failed", context, error);
  return {JobOutcome::Kind::retry, error.message, retry_delay(job.attempts)};
}

std::string_view name_of(JobOutcome::Kind kind) {
  switch (kind) {
    case JobOutcome::Kind::completed: return "completed";
    case JobOutcome::Kind::retry: return "retry";
    case JobOutcome::Kind::dead: return "dead";
    case JobOutcome::Kind::cancelled: return "cancelled";
    case JobOutcome::Kind::released: return "released";
  }
  return "dead";
}

// The trace in which the job was queued, else a new one.
TraceContext trace_of(const Job& job, const Tracer& tracer) {
  if (auto trace = parse_traceparent(job.traceparent)) return *std::move(trace);
  return new_trace(tracer);
}

CallContext new_context(const Run& run, Executor& home) {
  CallContext context{.tenant = run.job.tenant, .trace = run.trace};
  context.cancellation = run.stop.get_token();
  context.home = &home;
  return context;
}

class QueueWorker final : public Worker {
 public:
  QueueWorker(WorkerOptions options, WorkerParts parts)
      : options_(std::move(options)),
        parts_(std::move(parts)),
        kinds_(kinds_of(parts_.handlers)),
        tracer_(parts_.tracer != nullptr ? *parts_.tracer : no_tracer_),
        metrics_(parts_.metrics, kinds_),
        chores_(std::move(parts_.chores), {.clock = parts_.clock,
                                           .leases = parts_.schedules,
                                           .holder = options_.name,
                                           .lease = chore_lease}),
        backoff_(options_.poll_interval),
        shared_(std::make_shared<Shared>()),
        pool_({.name = "worker", .threads = std::max<std::size_t>(options_.concurrency, 1)}) {
    chores_.run_on(pool_, [shared = shared_] { shared->wake(); });
    parts_.queue.on_wake([shared = shared_] { shared->wake(); });
  }

  ~QueueWorker() override {
    drain(final_patience);
    {
      std::lock_guard lock(shared_->mutex);
      shared_->is_stopping = true;
      shared_->changed.notify_all();
    }
    if (thread_.joinable()) thread_.join();
  }

  void start() override;
  void drain(milliseconds patience) override;
  milliseconds turn() override;
  [[nodiscard]] std::size_t running() const override { return runs().size() + chores_.running(); }

 private:
  static std::vector<std::string> kinds_of(const std::map<std::string, JobHandler>& handlers) {
    std::vector<std::string> kinds;
    for (const auto& [kind, handler] : handlers) kinds.push_back(kind);
    return kinds;
  }

  void loop();
  std::vector<RunPointer> runs() const;
  bool is_draining() const;
  void finish_ended();
  void finish(const RunPointer& run);
  void prolong_leases();
  void prolong(Run& run);
  void stop(Run& run, StopReason reason);
  void take_jobs(bool is_woken);
  void begin(Job job);
  Span begin_span(Run& run);
  milliseconds until_next_turn() const;

  WorkerOptions options_;
  WorkerParts parts_;
  std::vector<std::string> kinds_;
  Tracer no_tracer_;  // in place of none
  Tracer& tracer_;
  WorkerMetrics metrics_;
  ChoreRunner chores_;
  SteadyTime poll_due_{};
  milliseconds backoff_;
  std::shared_ptr<Shared> shared_;
  std::thread thread_;
  ThreadPool pool_;  // where handlers continue; goes first, when nothing runs on it any more
};

void QueueWorker::start() {
  if (options_.forfeits) {
    auto forfeited = sync_wait(parts_.queue.forfeit_leases({}, *options_.forfeits));
    if (!forfeited) log::failure("Old leases could not be ended", {}, forfeited.error());
  }
  thread_ = std::thread([this] { loop(); });
}

void QueueWorker::loop() {
  for (;;) {
    auto wait = turn();
    std::unique_lock lock(shared_->mutex);
    if (shared_->is_stopping) return;
    if (shared_->is_woken) continue;
    shared_->changed.wait_for(lock, wait,
                              [this] { return shared_->is_woken || shared_->is_stopping; });
  }
}

// Waiting for the queue is right here: this thread is the worker's own.
milliseconds QueueWorker::turn() {
  bool is_woken = false;
  {
    std::lock_guard lock(shared_->mutex);
    is_woken = std::exchange(shared_->is_woken, false);
  }
  finish_ended();
  prolong_leases();
  chores_.keep();
  if (is_draining()) {
    chores_.stop();
    for (const auto& run : runs()) stop(*run, StopReason::drained);
  } else {
    chores_.start_due();
    take_jobs(is_woken);
  }
  metrics_.set_running(runs().size());
  return until_next_turn();
}

void QueueWorker::drain(milliseconds patience) {
  {
    std::lock_guard lock(shared_->mutex);
    shared_->is_draining = true;
    shared_->is_woken = true;
    shared_->changed.notify_all();
  }
  auto ends = std::chrono::steady_clock::now() + patience;
  while (running() > 0 && std::chrono::steady_clock::now() < ends) {
    if (!thread_.joinable()) turn();
    if (running() == 0) return;
    std::unique_lock lock(shared_->mutex);
    shared_->changed.wait_until(
        lock, std::min(ends, std::chrono::steady_clock::now() + milliseconds(100)));
  }
}

std::vector<RunPointer> QueueWorker::runs() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->runs;
}

bool QueueWorker::is_draining() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->is_draining;
}

void QueueWorker::finish_ended() {
  std::vector<RunPointer> ended;
  {
    std::lock_guard lock(shared_->mutex);
    for (const auto& run : shared_->runs)
      if (run->outcome) ended.push_back(run);
  }
  for (const auto& run : ended) finish(run);
}

void QueueWorker::finish(const RunPointer& run) {
  auto outcome = *run->outcome;
  auto is_ours = run->reason != StopReason::lost;
  // What was stopped for the drain goes back, unless it came to its end nevertheless.
  if (run->reason == StopReason::drained && outcome.kind == JobOutcome::Kind::cancelled)
    outcome.kind = JobOutcome::Kind::released;
  if (is_ours) {
    auto finished = sync_wait(parts_.queue.finish({}, run->job.id, options_.name, outcome));
    if (!finished && finished.error().code != ErrorCode::conflict &&
        parts_.clock.steady() < run->lease_ends) {
      log::failure("The end of a job could not be written", {}, finished.error());
      return;  // again in the next turn, while the lease lasts
    }
    is_ours = finished.has_value();
  }
  metrics_.count_end(run->job.kind, is_ours ? name_of(outcome.kind) : "lost",
                     parts_.clock.steady() - run->started);
  std::lock_guard lock(shared_->mutex);
  std::erase(shared_->runs, run);
  shared_->changed.notify_all();
}

void QueueWorker::prolong_leases() {
  auto now = parts_.clock.steady();
  for (const auto& run : runs())
    if (run->reason == StopReason::none && run->heartbeat_due <= now) prolong(*run);
}

void QueueWorker::prolong(Run& run) {
  auto now = parts_.clock.steady();
  auto beat = sync_wait(parts_.queue.heartbeat({}, run.job.id, options_.name, options_.lease));
  run.heartbeat_due = now + options_.lease / heartbeats_per_lease;
  if (beat) {
    run.lease_ends = now + options_.lease;
    return;
  }
  if (beat.error().code == ErrorCode::cancelled) return stop(run, StopReason::cancelled);
  if (beat.error().code == ErrorCode::conflict || now >= run.lease_ends) {
    auto id = run.job.id.to_string();
    log::warn("The lease of a job is lost", {{"job_id", id}, {"kind", run.job.kind}});
    return stop(run, StopReason::lost);
  }
  log::failure("A lease could not be prolonged", {}, beat.error());
  run.heartbeat_due = now + options_.poll_interval;
}

void QueueWorker::stop(Run& run, StopReason reason) {
  if (run.reason != StopReason::none && reason != StopReason::lost) return;
  run.reason = reason;
  run.stop.request_stop();
}

void QueueWorker::take_jobs(bool is_woken) {
  auto now = parts_.clock.steady();
  if (!is_woken && now < poll_due_) return;
  poll_due_ = now + options_.poll_interval;
  auto busy = runs().size();
  if (busy >= options_.concurrency || kinds_.empty()) return;  // the end of a job wakes
  auto places = options_.concurrency - busy;
  auto jobs = sync_wait(parts_.queue.lease({}, kinds_, places, options_.name, options_.lease));
  if (!jobs) {
    log::failure("No jobs could be taken from the queue", {}, jobs.error());
    poll_due_ = now + backoff_;
    backoff_ = std::min(backoff_ * 2, backoff_longest);
    return;
  }
  backoff_ = options_.poll_interval;
  for (auto& job : *jobs) begin(std::move(job));
}

void QueueWorker::begin(Job job) {
  auto now = parts_.clock.steady();
  auto run = std::make_shared<Run>(std::move(job));
  run->started = now;
  run->heartbeat_due = now + options_.lease / heartbeats_per_lease;
  run->lease_ends = now + options_.lease;
  for (const auto& other : runs())
    if (other->job.id == run->job.id) stop(*other, StopReason::lost);
  {
    std::lock_guard lock(shared_->mutex);
    shared_->runs.push_back(run);
  }
  const auto& handler = parts_.handlers.at(run->job.kind);
  pool_.post([this, run, &handler, shared = shared_] {
    auto span = std::make_shared<Span>(begin_span(*run));  // ends where the job does
    aiva::start(handler(new_context(*run, pool_), run->job),
                [run, shared, span](std::exception_ptr exception,
                                    std::optional<Result<JobOutcome>> outcome) {
                  if (!exception) span->note(*outcome);
                  if (exception) span->fail(ErrorCode::internal);
                  span->end();
                  run->trace.recording = {};
                  JobOutcome told;
                  if (exception)
                    told = outcome_of_failure(run->job, internal_error("An exception escaped"));
                  else if (!*outcome)
                    told = outcome_of_failure(run->job, outcome->error());
                  else
                    told = std::move(**outcome);
                  std::lock_guard lock(shared->mutex);
                  run->outcome = std::move(told);
                  shared->is_woken = true;
                  shared->changed.notify_all();
                });
  });
}

Span QueueWorker::begin_span(Run& run) {
  run.trace = trace_of(run.job, tracer_);
  auto name = "job " + run.job.kind;
  auto span = tracer_.begin(
      run.trace, {.name = name, .kind = SpanKind::consumer, .is_own = run.job.traceparent.empty()});
  span.set("aiva.job.id", run.job.id.to_string());
  span.set("aiva.job.attempt", std::int64_t{run.job.attempts});
  span.set("aiva.tenant", run.job.tenant.to_string());
  return span;
}

milliseconds QueueWorker::until_next_turn() const {
  auto longest = std::max(options_.poll_interval, milliseconds(1));
  if (is_draining()) return longest;
  auto next = poll_due_;
  for (const auto& run : runs())
    if (run->reason == StopReason::none) next = std::min(next, run->heartbeat_due);
  auto left = std::chrono::ceil<milliseconds>(next - parts_.clock.steady());
  return std::clamp(left, milliseconds(1), longest);
}

}  // namespace

std::unique_ptr<Worker> make_worker(WorkerOptions options, WorkerParts parts) {
  return std::make_unique<QueueWorker>(std::move(options), std::move(parts));
}

}  // namespace aiva::worker
